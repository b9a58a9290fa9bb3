//! One log in the form that was asked for.

use std::path::Path;

use super::error::Error;
use super::ocel::write_ocel;
use super::out::Out;
use super::xes::write_xes;
use crate::export::{Progress, VerifiedExport};

/// How process mining reads a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// OCEL 2.0 in JSON: events related to objects of several types.
    Ocel,
    /// XES: a trace for each candidate.
    Xes,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenLog {
    /// Ledger entries written as events. An entry that is about no candidate stands in no trace.
    pub events: u64,
    /// Objects of OCEL, or traces of XES.
    pub subjects: u64,
}

/// Writes a verified export as a log for process mining. The same export gives the same bytes; the file takes its name once it is whole, and
/// replaces one that has this name.
///
/// Blocks: async code calls it inside `spawn_blocking`, and nowhere else. Progress counts the entries of all walks through the export.
///
/// # Errors
///
/// When a part can no longer be read, or the file cannot be written.
pub fn write_log(
    export: &VerifiedExport,
    format: Format,
    file: &Path,
    on_progress: impl FnMut(Progress),
) -> Result<WrittenLog, Error> {
    let mut out = Out::create(file)?;
    let (events, subjects) = match format {
        Format::Ocel => write_ocel(export, &mut out, on_progress)?,
        Format::Xes => write_xes(export, &mut out, on_progress)?,
    };
    out.finish()?;
    Ok(WrittenLog { events, subjects })
}
