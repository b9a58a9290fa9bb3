use std::path::PathBuf;

use clap::Args;
use ledger_format::VerifyingKeys;

use crate::app::keys;
use crate::cli::Place;
use crate::failure::Failure;

/// The key that the log's checkpoints must be signed by.
#[derive(Debug, Args)]
pub struct Pinned {
    /// The file with the log's verifying keys, as you got them before, one a line; without it, the data folder's `keys/ledger.pub`.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl Pinned {
    /// Tells whether a key was named on the command line.
    pub const fn is_given(&self) -> bool {
        self.key.is_some()
    }

    /// Reads the keys. They are never asked of the server whose checkpoints it verifies.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] naming the file.
    pub fn read(&self, place: &Place) -> Result<VerifyingKeys, Failure> {
        let file = self.key.clone().unwrap_or_else(|| keys::verifying_key_file(&place.data_dir));
        keys::verifying_keys(&file).map_err(Failure::Unreachable)
    }
}
