use clap::Args;
use ledger_svc::keys::{self as ledger_keys, RotationError};
use serde_json::json;
use service_kit::ids::RandomIds;

use crate::app::{Folder, FolderError, ORIGIN_PREFIX, keys};
use crate::cli::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign ledger rotate-key
  countersign ledger rotate-key --end";

/// Draws a new signing key. From the next start on, checkpoints carry two signatures, the new key's and the old one's, until `--end`; hand
/// out `keys/ledger.pub`, which lists both, before you end that. The server must not run.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct RotateKey {
    /// Ends the overlap: the old key is destroyed, and the new one signs alone.
    #[arg(long)]
    end: bool,
}

impl RotateKey {
    /// Rotates.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when the folder is taken or a key file cannot be used; [`Failure::Finding`] when there is nothing to do.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let folder = &context.place.data_dir;
        if !folder.exists() {
            return Err(Failure::Unreachable(anyhow::anyhow!("there is no data folder `{}`", folder.display())));
        }
        let taken = Folder::take(folder).map_err(|error| match error {
            FolderError::InUse => Failure::Unreachable(anyhow::anyhow!(
                "`{}` is in use: stop the server first, it signs with the key that it loaded",
                folder.display()
            )),
            FolderError::Other(error) => Failure::Unreachable(error),
        })?;
        let file = keys::signing_key_file(taken.data_dir());
        let listed = keys::verifying_key_file(folder);
        if self.end {
            let old = ledger_keys::end_overlap(&file, ORIGIN_PREFIX).map_err(refused)?;
            if context.console.is_json() {
                return context
                    .console
                    .json(&json!({ "signs_no_more": old.to_string(), "verifying_keys_file": listed }));
            }
            context.console.say("the overlap has ended: start the server again");
            context.console.say("keep the old key pinned for as long as you verify checkpoints from before");
            return context.console.data(&format!("signs no more: {old}"));
        }
        let rotated = ledger_keys::rotate(&file, ORIGIN_PREFIX, &RandomIds).map_err(refused)?;
        if context.console.is_json() {
            return context.console.json(&json!({
                "new": rotated.new.to_string(),
                "old": rotated.old.to_string(),
                "verifying_keys_file": listed,
            }));
        }
        context.console.say(&format!("both keys sign from the next start on; hand out `{}`:", listed.display()));
        context.console.say("executors, auditors and witnesses pin both lines, the new key first");
        context.console.say("once they all have, stop the server and run `countersign ledger rotate-key --end`");
        context.console.data(&rotated.listed.to_string())
    }
}

fn refused(error: RotationError) -> Failure {
    match error {
        RotationError::NoKey | RotationError::Overlapping | RotationError::NoOverlap => {
            Failure::Finding(error.to_string())
        }
        RotationError::Key(error) => Failure::unreachable(error),
    }
}
