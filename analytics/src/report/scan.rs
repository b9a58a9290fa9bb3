//! The parts of a verified export as lazy frames that read only the columns and rows a question asks for.

use std::any::Any;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use polars::prelude::*;
use polars_io::SerReader;
use polars_io::parquet::read::{ParallelStrategy, ParquetReader};

use super::error::Error;
use crate::export::{VerifiedExport, no_rows};

/// Makes a lazy frame for every part, in the order of their entries. An empty log gives one frame without rows.
pub(crate) fn scan_parts(export: &VerifiedExport) -> PolarsResult<Vec<LazyFrame>> {
    let parts = &export.manifest().parts;
    if parts.is_empty() {
        return Ok(vec![no_rows()?.lazy()]);
    }
    parts.iter().map(|part| scan_part(part.path(export.folder()))).collect()
}

/// Checks that every part has the columns that this release asks about. More of them do no harm.
///
/// # Errors
///
/// [`Error::OtherRelease`] naming the part and the first column that is not there.
pub(super) fn check_columns(export: &VerifiedExport) -> Result<(), Error> {
    let wanted = no_rows()?.schema().clone();
    for part in &export.manifest().parts {
        let part = part.path(export.folder());
        let found = PartScan { path: part.clone() }.schema(None)?;
        if let Some((column, _)) = wanted.iter().find(|(name, dtype)| found.get(name) != Some(dtype)) {
            return Err(Error::OtherRelease { part, column: column.to_string() });
        }
    }
    Ok(())
}

fn scan_part(path: PathBuf) -> PolarsResult<LazyFrame> {
    LazyFrame::anonymous_scan(Arc::new(PartScan { path }), ScanArgsAnonymous { name: "part", ..Default::default() })
}

/// Reads one part; the optimizer tells it which columns are wanted.
struct PartScan {
    path: PathBuf,
}

impl PartScan {
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
        let columns = scan.with_columns.map(|names| names.iter().map(PlSmallStr::to_string).collect());
        self.reader()?
            .with_columns(columns)
            .with_slice(scan.n_rows.map(|rows| (0, rows)))
            .read_parallel(ParallelStrategy::None)
            .finish()
    }
}
