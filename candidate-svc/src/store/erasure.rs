//! Erasures that the ledger records, carried out here.

use std::sync::Arc;

use countersign_api::name::{CandidateName, Workspace};

use super::request::RequestKey;
use crate::domain::{Event, Trigger};

/// Asks to erase what a candidate says.
#[derive(Debug, Clone)]
pub struct EraseJob {
    /// The candidate.
    pub candidate: CandidateName,
    /// Index of the entry that says who asked for it.
    pub entry_index: u64,
    /// Index of the latest entry that erased it in the ledger: no content of it stands there at a lower one.
    pub erased_below: u64,
}

/// How far erasures of a workspace have been carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedJob {
    /// The workspace.
    pub workspace: Workspace,
    /// The least index of an erasure that is not.
    pub next_index: u64,
}

/// What became of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// Nothing of it is left in any row.
    Done,
    /// There is no such candidate here.
    Unknown,
    /// Events still wait for the ledger: it would get their contents after the erasure.
    NotYetRecorded,
    /// The ledger took events of it after the erasure, contents and all: it must erase once more, first.
    CameLate,
}

/// An event as an erasure finds it.
#[derive(Debug, Clone)]
pub(crate) struct KeptEvent {
    pub(crate) position: i64,
    pub(crate) event: Event,
    pub(crate) entry_index: Option<u64>,
}

/// What to take out of the rows of a candidate.
#[derive(Debug)]
pub(crate) struct ErasureRow {
    pub(crate) candidate: CandidateName,
    pub(crate) entry_index: u64,
    /// What is left of its events, by their positions.
    pub(crate) events: Vec<(i64, Vec<u8>)>,
    /// Its requests: their hashes are of what was asked.
    pub(crate) requests: Vec<RequestKey>,
    /// What is left of its trigger, where nobody else needs it.
    pub(crate) trigger: Arc<Trigger>,
}
