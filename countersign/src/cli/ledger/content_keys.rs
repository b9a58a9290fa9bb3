use std::collections::HashMap;

use analytics::export::{OpenContent, Opened};
use clap::Args;
use ledger_format::{ContentKey, Hash};
use ledger_svc::audit;
use service_kit::database::{Location, LocationError};

use super::pinned_export::PinnedExport;
use crate::cli::Place;
use crate::failure::Failure;

/// The file of content keys in a data folder.
const FILE: &str = "content-keys.db";

/// Where the keys of contents are, for whoever may read them.
#[derive(Debug, Args)]
pub struct ContentKeysFile {
    /// The file with the content keys, or the URL of their database, to open contents and hash them again; without it and without `--key`,
    /// the data folder's `content-keys.db`, if there is one.
    #[arg(long, value_name = "FILE")]
    content_keys: Option<String>,
}

/// The keys that are left.
pub struct ContentKeys {
    keys: HashMap<u64, ContentKey>,
}

impl ContentKeysFile {
    /// Reads them; none when no file is named and the data folder has none, or is not the one that the export is held to.
    ///
    /// # Errors
    /// [`Failure::Finding`] for a key that was changed; [`Failure::Unreachable`] naming the file.
    pub async fn read(&self, place: &Place, pinned: &PinnedExport) -> Result<Option<ContentKeys>, Failure> {
        let own = place.data_dir.join(FILE);
        let own = (!pinned.is_log_given() && own.exists()).then_some(own);
        let location = match &self.content_keys {
            Some(named) => named.parse().map_err(|error: LocationError| Failure::usage(error.to_string()))?,
            None => match own {
                Some(file) => Location::Sqlite(file),
                None => return Ok(None),
            },
        };
        match audit::content_keys(&location).await {
            Ok(keys) => Ok(Some(ContentKeys { keys })),
            Err(audit::Error::Found(finding)) => Err(Failure::Finding(finding.to_string())),
            Err(error) => Err(Failure::unreachable(error)),
        }
    }
}

impl OpenContent for ContentKeys {
    fn open(&self, content_key: &str, leaf_hash: &Hash, sealed: &[u8]) -> Opened {
        let Ok(number) = content_key.parse() else { return Opened::Broken };
        let Some(key) = self.keys.get(&number) else { return Opened::KeyGone };
        key.open(leaf_hash, sealed).map_or(Opened::Broken, |(salt, content)| Opened::Content(salt, content))
    }
}
