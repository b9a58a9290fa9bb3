//! The way through the entries of an export, part by part.

use std::collections::BTreeSet;

use polars::prelude::*;

use super::attribute::ATTRIBUTES;
use super::entry::{Columns, Entry, OF_ENTRIES, OF_RECORDS, OTHERS};
use super::error::Error;
use crate::export::{Progress, VerifiedExport};
use crate::report::scan_parts;

/// Values that a candidate's slice byte can have.
const BYTES: u64 = 256;

/// Goes through the entries, as often as a format needs, and says how far it is.
pub(super) struct Walker<'e, P> {
    export: &'e VerifiedExport,
    on_progress: P,
    walked: u64,
    all: u64,
}

/// Some of what can be told apart by a byte: the candidates whose ids end in one of this range, the records whose keys begin with one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice {
    first: u64,
    end: u64,
}

/// Cuts a log of this size into slices, one for so many of its entries.
pub(super) fn slices_of(size: u64, slice_entries: u64) -> Vec<Slice> {
    let count = size.div_ceil(slice_entries).clamp(1, BYTES);
    let bound = |number: u64| number * BYTES / count;
    (0..count).map(|number| Slice { first: bound(number), end: bound(number + 1) }).collect()
}

impl Slice {
    /// Tells whether a byte falls into it.
    pub(super) fn has(self, byte: u8) -> bool {
        (self.first..self.end).contains(&u64::from(byte))
    }
}

impl<'e, P: FnMut(Progress)> Walker<'e, P> {
    /// Starts for so many walks.
    pub(super) fn new(export: &'e VerifiedExport, walks: usize, on_progress: P) -> Self {
        let all = export.manifest().size * walks as u64;
        Self { export, on_progress, walked: 0, all }
    }

    /// Shows every entry, in order.
    pub(super) fn walk(&mut self, see: impl FnMut(&Entry<'_>) -> Result<(), Error>) -> Result<(), Error> {
        self.through(&columns(), None, see)
    }

    /// Shows every entry about a candidate of the slice, in order.
    pub(super) fn walk_slice(
        &mut self,
        slice: Slice,
        see: impl FnMut(&Entry<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let byte = || col("candidate_slice");
        let within = byte().gt_eq(lit(slice.first)).and(byte().lt(lit(slice.end)));
        self.through(&columns(), Some(&within), see)
    }

    /// Shows every proposal, in order, with what it says of records.
    pub(super) fn walk_records(&mut self, see: impl FnMut(&Entry<'_>) -> Result<(), Error>) -> Result<(), Error> {
        let columns: Vec<Expr> = OF_ENTRIES.into_iter().chain(OF_RECORDS).map(col).collect();
        self.through(&columns, Some(&col("kind").eq(lit("candidate_proposed"))), see)
    }

    fn through(
        &mut self,
        columns: &[Expr],
        chosen: Option<&Expr>,
        mut see: impl FnMut(&Entry<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (number, part) in scan_parts(self.export)?.into_iter().enumerate() {
            let part = part.select(columns);
            let part = match chosen {
                Some(chosen) => part.filter(chosen.clone()),
                None => part,
            };
            let frame = part.collect()?;
            let columns = Columns::of(&frame)?;
            for row in 0..frame.height() {
                see(&columns.entry(row)?)?;
            }
            self.walked += self.export.manifest().parts.get(number).map_or(0, |part| part.rows);
            (self.on_progress)(Progress { entries: self.walked, size: self.all });
        }
        Ok(())
    }
}

fn columns() -> Vec<Expr> {
    let attributes = ATTRIBUTES.iter().map(|attribute| attribute.name);
    let names = OF_ENTRIES.into_iter().chain(OF_RECORDS).chain(OTHERS).chain(attributes);
    // The time of appending is an attribute, too.
    names.collect::<BTreeSet<&str>>().into_iter().map(col).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_falls_into_one_slice_whatever_the_size() {
        for size in [0, 1, 1_000, 1_001, 10_000_000, u64::from(u32::MAX)] {
            let slices = slices_of(size, 1_000);
            for byte in 0..=u8::MAX {
                assert_eq!(slices.iter().filter(|slice| slice.has(byte)).count(), 1, "{byte} of {size}");
            }
        }
        assert_eq!((slices_of(1_000, 1_000).len(), slices_of(1_001, 1_000).len()), (1, 2));
    }
}
