//! From the content of an entry to the typed columns: categories, times and counts, no words.

mod decision;
mod execution;
mod kind;
mod label;
mod proposal;
mod reading;
mod reading_bytes;
mod row;
mod time;
mod token;
mod workspace;

pub(super) use reading::Reading;
pub(super) use row::{row_of, slice_of};

/// Counts as a column has it. An entry's content is at most 256 KiB, so that nothing in it comes near the limit of the type.
fn count(items: usize) -> i32 {
    i32::try_from(items).unwrap_or(i32::MAX)
}
