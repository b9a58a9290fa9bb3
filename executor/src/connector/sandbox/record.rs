use std::collections::BTreeMap;

/// A record of the system of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it is, e.g. `deal`.
    pub object_type: String,
    /// Its id among those.
    pub id: String,
    /// Its fields with their values; a field without a value is left out.
    pub fields: BTreeMap<String, String>,
}

/// How many rows of each kind there are in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Tasks.
    pub tasks: u64,
    /// Notes on tasks and records.
    pub notes: u64,
    /// Information requests.
    pub requests: u64,
    /// Drafts of replies.
    pub drafts: u64,
    /// Records.
    pub records: u64,
    /// Calls that took effect.
    pub calls: u64,
}
