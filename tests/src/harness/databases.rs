//! Databases that several processes share: content keys on another server than all else.

use throwaway_postgres::Database;

/// Where candidates, ledger and content keys are, for processes that share them.
#[derive(Debug, Clone)]
pub struct Urls {
    /// The database of candidates.
    pub candidates: String,
    /// The database of the ledger.
    pub ledger: String,
    /// The database of the content keys.
    pub content_keys: String,
}

/// Empty databases on the servers that tests share, gone at the end of the case.
#[derive(Debug)]
pub struct Databases {
    /// That of candidates.
    pub candidates: Database,
    /// That of the ledger.
    pub ledger: Database,
    /// That of the content keys, on the second server.
    pub content_keys: Database,
}

impl Urls {
    /// Returns the settings that name them to every command.
    pub fn settings(&self) -> [(&'static str, &str); 3] {
        [
            ("COUNTERSIGN_DATABASE_URL", &self.candidates),
            ("COUNTERSIGN_LEDGER_DATABASE_URL", &self.ledger),
            ("COUNTERSIGN_CONTENT_KEYS_DATABASE_URL", &self.content_keys),
        ]
    }
}

impl Databases {
    /// Makes them.
    #[expect(clippy::new_without_default, reason = "servers are started for it")]
    pub fn new() -> Self {
        Self { candidates: Database::new(), ledger: Database::new(), content_keys: Database::on_second_server() }
    }

    /// Returns where they are.
    pub fn urls(&self) -> Urls {
        let url = |database: &Database| database.url().to_owned();
        Urls { candidates: url(&self.candidates), ledger: url(&self.ledger), content_keys: url(&self.content_keys) }
    }
}
