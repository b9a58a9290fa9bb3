use std::path::PathBuf;

use service_kit::database::{Location, PostgresUrl};

/// Where a ledger and the keys of its contents are: always apart, so that no copy of the one holds the other.
#[derive(Debug, Clone)]
pub enum LedgerPlace {
    /// In files of one process.
    Files {
        /// The file of entries, tiles and checkpoints.
        ledger: PathBuf,
        /// The file of content keys; whoever has it can read what the ledger's file holds sealed.
        content_keys: PathBuf,
    },
    /// In databases that several processes share.
    Databases {
        /// The database of entries, tiles and checkpoints.
        ledger: PostgresUrl,
        /// The database of content keys, on another server: backups and logs of a server hold all of its databases.
        content_keys: PostgresUrl,
    },
}

impl LedgerPlace {
    /// Returns where entries, tiles and checkpoints are.
    pub fn ledger(&self) -> Location {
        match self {
            Self::Files { ledger, .. } => Location::Sqlite(ledger.clone()),
            Self::Databases { ledger, .. } => Location::Postgres(ledger.clone()),
        }
    }

    /// Returns where the keys of contents are.
    pub fn content_keys(&self) -> Location {
        match self {
            Self::Files { content_keys, .. } => Location::Sqlite(content_keys.clone()),
            Self::Databases { content_keys, .. } => Location::Postgres(content_keys.clone()),
        }
    }
}
