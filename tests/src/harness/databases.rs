//! Databases that several processes share: content keys on another server than all else.

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
