//! The parts of a verified export as lazy frames that read only the columns and rows a question asks for, and nothing that the log has erased.

use std::any::Any;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use polars::prelude::*;
use polars_io::SerReader;
use polars_io::parquet::read::{ParallelStrategy, ParquetReader};

use super::darkened::{OF_ENTRY, darkened};
use super::error::Error;
use crate::export::{Erasures, Part, VerifiedExport, no_rows};

/// Makes a lazy frame for every part, in the order of their entries. An empty log gives one frame without rows.
///
/// A content that any later entry of the export erased is erased in every frame, also where the part was written before: whatever is computed
/// from here is the same for an export that grew with its log and for one that was made today.
pub(crate) fn scan_parts(export: &VerifiedExport) -> PolarsResult<Vec<LazyFrame>> {
    let parts = &export.manifest().parts;
    if parts.is_empty() {
        return Ok(vec![no_rows()?.lazy()]);
    }
    parts.iter().map(|part| scan_part(PartScan::of(export, part))).collect()
}

/// Checks that every part has the columns that this release asks about. More of them do no harm.
///
/// # Errors
///
/// [`Error::OtherRelease`] naming the part and the first column that is not there.
pub(super) fn check_columns(export: &VerifiedExport) -> Result<(), Error> {
    let wanted = no_rows()?.schema().clone();
    for part in &export.manifest().parts {
        let scan = PartScan::of(export, part);
        let found = scan.schema(None)?;
        if let Some((column, _)) = wanted.iter().find(|(name, dtype)| found.get(name) != Some(dtype)) {
            return Err(Error::OtherRelease { part: scan.path, column: column.to_string() });
        }
    }
    Ok(())
}

fn scan_part(scan: PartScan) -> PolarsResult<LazyFrame> {
    LazyFrame::anonymous_scan(Arc::new(scan), ScanArgsAnonymous { name: "part", ..Default::default() })
}

/// Reads one part; the optimizer tells it which columns are wanted.
struct PartScan {
    path: PathBuf,
    first_index: u64,
    erasures: Arc<Erasures>,
}

impl PartScan {
    fn of(export: &VerifiedExport, part: &Part) -> Self {
        Self {
            path: part.path(export.folder()),
            first_index: part.first_index,
            erasures: Arc::clone(export.erasures()),
        }
    }

    fn reader(&self) -> PolarsResult<ParquetReader<File>> {
        Ok(ParquetReader::new(File::open(&self.path)?))
    }
}

impl AnonymousScan for PartScan {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn schema(&self, _infer_schema_length: Option<usize>) -> PolarsResult<SchemaRef> {
        let arrow = self.reader()?.schema()?;
        Ok(Arc::new(Schema::from_arrow_schema(&arrow)))
    }

    fn allows_projection_pushdown(&self) -> bool {
        true
    }

    fn scan(&self, scan: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let mut columns: Option<Vec<String>> =
            scan.with_columns.map(|names| names.iter().map(PlSmallStr::to_string).collect());
        let read = |columns| {
            let reader = self.reader()?.with_columns(columns).with_slice(scan.n_rows.map(|rows| (0, rows)));
            reader.read_parallel(ParallelStrategy::None).finish()
        };
        if !self.erasures.reach(self.first_index) {
            return read(columns);
        }
        let is_wanted = |name: &str| columns.as_ref().is_none_or(|wanted| wanted.iter().any(|wanted| wanted == name));
        let besides: Vec<&str> = OF_ENTRY.into_iter().filter(|name| !is_wanted(name)).collect();
        if let Some(columns) = &mut columns {
            columns.extend(besides.iter().map(ToString::to_string));
        }
        Ok(darkened(read(columns)?, &self.erasures)?.drop_many(besides))
    }
}
