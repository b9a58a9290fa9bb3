use std::path::PathBuf;

use analytics::export::{self, Manifest, OpenedContents, Remembered};
use clap::Args;

use super::content_keys::ContentKeysFile;
use super::export::{failure_of, manifest_json, manifest_text};
use super::memory::Memory;
use super::pinned_export::PinnedExport;
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::{count_bar, facts};

const EXAMPLES: &str = "\
Examples:
  countersign ledger verify-export ./export
  countersign ledger verify-export ./export --key ledger.pub --export-key export.pub";

/// Verifies an export with nothing but its folder and the verifying keys of log and exporter.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct VerifyExport {
    /// The folder of the export.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    pinned: PinnedExport,
    #[command(flatten)]
    content_keys: ContentKeysFile,
    #[command(flatten)]
    memory: Memory,
}

impl VerifyExport {
    /// Verifies it.
    ///
    /// # Errors
    /// [`Failure::Finding`] when it does not verify.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let keys = self.pinned.read(&context.place)?;
        let content_keys = self.content_keys.read(&context.place, &self.pinned).await?;
        let bar = count_bar(context.console, "verifying", 0);
        // The origin is the manifest's word, and the checkpoint's signature answers for it.
        let Manifest { origin, size, .. } = Manifest::read(&self.folder).map_err(failure_of)?;
        let mut pinned = keys.pinned();
        match self.memory.of(context, &origin)? {
            // An export that was handed out earlier is no log that was cut off: only who names a memory wants nothing older than it.
            Some(remembered) if remembered.size > size && !self.memory.is_named() => {
                let newer = remembered.size;
                context
                    .console
                    .say(&format!("it is an older export: `{newer}` entries of this log were verified before"));
            }
            Some(remembered) => pinned = pinned.with_remembered(remembered),
            None => {}
        }
        if let Some(content_keys) = &content_keys {
            pinned = pinned.with_content_keys(content_keys);
        }
        let verified = export::verify(&self.folder, pinned, |progress| {
            bar.set_total(progress.size);
            bar.set(progress.entries);
        });
        let verified = verified.map_err(failure_of)?;
        drop(bar);
        let manifest = verified.manifest();
        let seen = Remembered { size: manifest.size, root: manifest.root };
        self.memory.keep(context, &[(manifest.origin.clone(), seen)])?;
        let opened = verified.opened_contents();
        if context.console.is_json() {
            let mut json = manifest_json(&self.folder, manifest);
            json["contents_opened"] = opened.map(|contents| contents.opened).into();
            json["contents_dark"] = opened.map(|contents| contents.dark).into();
            return context.console.json(&json);
        }
        let mut text = manifest_text(&self.folder, manifest);
        if let Some(OpenedContents { opened, dark }) = opened {
            text = format!("{text}\n{}", facts([("opened", format!("{opened} contents, {dark} erased since"))]));
        }
        context.console.data(&text)
    }
}
