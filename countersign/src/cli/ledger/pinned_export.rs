use std::path::PathBuf;

use analytics::export;
use clap::Args;
use ledger_format::{VerifyingKey, VerifyingKeys};

use super::pinned::Pinned;
use crate::app::keys;
use crate::cli::Place;
use crate::failure::Failure;

/// The keys that an export is held to: the log's, and the exporter's.
#[derive(Debug, Args)]
pub struct PinnedExport {
    #[command(flatten)]
    log: Pinned,
    /// The file with the exporter's verifying key; without it and without `--key`, the data folder's `keys/export.pub`.
    #[arg(long, value_name = "FILE")]
    export_key: Option<PathBuf>,
}

/// Keys that were read. Without an exporter's key, whoever signed the manifest is taken at their word for the typed columns; the entries
/// themselves are held to the log's checkpoint all the same.
#[derive(Debug)]
pub struct ExportKeys {
    log: VerifyingKeys,
    exporter: Option<VerifyingKey>,
}

impl PinnedExport {
    /// Tells whether the log's key was named on the command line: then the data folder is not what the export is held to.
    pub const fn is_log_given(&self) -> bool {
        self.log.is_given()
    }

    /// Reads the keys.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] naming the file.
    pub fn read(&self, place: &Place) -> Result<ExportKeys, Failure> {
        let own = keys::export_verifying_key_file(&place.data_dir);
        let own = (!self.log.is_given() && own.exists()).then_some(own);
        let exporter = self.export_key.clone().or(own).map(|file| keys::verifying_key(&file)).transpose();
        Ok(ExportKeys { log: self.log.read(place)?, exporter: exporter.map_err(Failure::Unreachable)? })
    }
}

impl ExportKeys {
    /// Holds an export of one's own to the keys of one's own.
    pub const fn own(log: VerifyingKeys, exporter: VerifyingKey) -> Self {
        Self { log, exporter: Some(exporter) }
    }

    /// Returns what an export is verified against.
    pub fn pinned(&self) -> export::Pinned<'_> {
        let pinned = export::Pinned::log(&self.log);
        match &self.exporter {
            Some(exporter) => pinned.with_exporter(exporter),
            None => pinned,
        }
    }
}
