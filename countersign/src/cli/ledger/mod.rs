//! `countersign ledger`: reads, verifies, proves and exports the record.

mod check;
mod content_keys;
mod departed;
mod erase;
mod export;
mod hold;
mod memory;
mod pinned;
mod pinned_export;
mod prove;
mod prove_checkpoint;
mod rotate_key;
mod said;
mod show;
mod stream;
mod subject;
mod verify;
mod verify_export;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;

pub use export::failure_of;
pub use pinned::Pinned;
pub use pinned_export::{ExportKeys, PinnedExport};

const EXAMPLES: &str = "\
Examples:
  countersign ledger verify
  countersign ledger show 4711
  countersign ledger prove 4711 > approval.tlog-proof
  countersign ledger export --out ./export";

/// What can be done with the ledger.
#[derive(Debug, Subcommand)]
#[command(before_help = EXAMPLES)]
pub enum Ledger {
    /// Verifies the files of the ledger themselves, offline, also while a server runs; with `--server`, what that server streams.
    Verify(verify::Verify),
    /// Shows the signed checkpoint, or one entry.
    Show(show::Show),
    /// Proves that an entry stands in the ledger, in a file that anybody can check.
    Prove(prove::Prove),
    /// Proves that the log's checkpoint is in the log of logs, which witnesses cosign.
    ProveCheckpoint(prove_checkpoint::ProveCheckpoint),
    /// Checks a proof file.
    Check(check::Check),
    /// Exports the ledger to Parquet, verifying every entry on the way.
    Export(export::Export),
    /// Verifies an export, offline.
    VerifyExport(verify_export::VerifyExport),
    /// Puts a new signing key in the place of the present one, with a time in which both sign.
    RotateKey(rotate_key::RotateKey),
    /// Erases what is said of a candidate, for good.
    Erase(erase::Erase),
    /// Holds a candidate, or a whole workspace, against erasure.
    Hold(hold::Hold),
    /// Lifts a legal hold.
    ReleaseHold(hold::ReleaseHold),
    /// Lists the legal holds that stand.
    Holds(hold::Holds),
}

impl Ledger {
    /// Does what was asked.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Verify(verify) => verify.run(context).await,
            Self::Show(show) => show.run(context).await,
            Self::Prove(prove) => prove.run(context).await,
            Self::ProveCheckpoint(prove) => prove.run(context).await,
            Self::RotateKey(rotate) => rotate.run(context),
            Self::Check(check) => check.run(context),
            Self::Export(export) => export.run(context).await,
            Self::VerifyExport(verify) => verify.run(context).await,
            Self::Erase(erase) => erase.run(context).await,
            Self::Hold(hold) => hold.run(context).await,
            Self::ReleaseHold(release) => release.run(context).await,
            Self::Holds(holds) => holds.run(context).await,
        }
    }
}
