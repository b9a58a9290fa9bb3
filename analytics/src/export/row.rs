//! The columns of an export: one row for each ledger entry, no free text, nothing that names a person.
//!
//! This list is the only one: the row that is filled, the builders that gather rows and the documentation of the columns
//! are made from it.

use polars::prelude::{Column, DataFrame, PolarsResult};

use super::column::{Bytes, ColumnType, Count, Edits, Flag, Index, Number, Text, Time};

macro_rules! columns {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ident,)+) => {
        /// One ledger entry as the export shows it. A field that does not apply to the entry's kind is none.
        #[derive(Debug, Clone, Default)]
        pub struct Row<'a> {
            $($(#[doc = $doc])+ pub $name: <$type as ColumnType>::Value<'a>,)+
        }

        /// Gathers rows into the columns of a part.
        pub(super) struct Rows {
            count: usize,
            $($name: <$type as ColumnType>::Builder,)+
        }

        impl Rows {
            /// Starts without rows, with room for `rows`.
            pub(super) fn with_room_for(rows: usize) -> Self {
                Self { count: 0, $($name: $type::start(stringify!($name), rows),)+ }
            }

            /// Adds the next row.
            pub(super) fn push(&mut self, row: Row<'_>) {
                self.count += 1;
                $($type::push(&mut self.$name, row.$name);)+
            }

            /// Ends the gathering.
            ///
            /// # Errors
            ///
            /// When polars finds columns of different lengths, which would be a fault of this module.
            pub(super) fn finish(self) -> PolarsResult<DataFrame> {
                let mut columns: Vec<Column> = Vec::new();
                $($type::finish(self.$name, &mut columns);)+
                DataFrame::new(self.count, columns)
            }
        }

        /// What each field of a row says, in the order of the columns.
        pub const FIELDS: &[(&str, &str)] = &[$((stringify!($name), concat!($($doc),+)),)+];
    };
}

impl Rows {
    /// Returns the number of rows gathered.
    pub(super) const fn count(&self) -> usize {
        self.count
    }
}

/// Returns the frame of a part without rows.
pub(crate) fn no_rows() -> PolarsResult<DataFrame> {
    Rows::with_room_for(0).finish()
}

columns! {
    /// Position of the entry in the log, from 0.
    entry_index: Number,
    /// The encoded leaf: what the tree hashes.
    leaf: Bytes,
    /// Hash of the leaf.
    leaf_hash: Bytes,
    /// Kind of the entry, from the leaf.
    kind: Text,
    /// Resource name of the candidate, from the leaf.
    candidate: Text,
    /// Last byte of the candidate's id: cuts the candidates into 256 even slices. None when the subject is no candidate.
    candidate_slice: Count,
    /// Revision of the candidate that the event made, from the leaf.
    revision: Number,
    /// Kind of the principal that acted, from the leaf: `human`, `generator` or `service`.
    actor_kind: Text,
    /// Pseudonym of the principal that acted, from the leaf.
    actor: Text,
    /// When the ledger appended the entry, from the leaf.
    appended_at: Time,
    /// How far the content could be read: `known`, `unknown_kind`, `erased` or `unreadable`; all that follows is from the content.
    reading: Text,
    /// Position among the events of its revision, from 0.
    ordinal: Count,
    /// When the event was committed.
    occurred_at: Time,
    /// Whether a simulation, not a person, acted.
    simulated: Flag,
    /// State of the candidate afterwards.
    state: Text,
    /// Proposed: kind of action.
    action_type: Text,
    /// Proposed: who proposed; the id of a generator or service, the pseudonym of a person.
    proposer: Text,
    /// Proposed: the program that made the proposal.
    generator: Text,
    /// Proposed: the model behind it.
    model: Text,
    /// Proposed: version of its prompt or rule.
    prompt_version: Text,
    /// Proposed, edited: risk tier as policy settled it.
    risk_tier: Text,
    /// Proposed, edited: what a mistake would touch.
    impact: Text,
    /// Proposed: how reliable the reading is.
    confidence: Text,
    /// Proposed: what the confidence rests on.
    confidence_basis: Text,
    /// Proposed: system that the trigger came from.
    source_system: Text,
    /// Proposed: type of the trigger.
    trigger_type: Text,
    /// Proposed, evidence added: pieces of evidence.
    evidence_count: Count,
    /// Proposed: things said to be unknown.
    unknowns_count: Count,
    /// Proposed: source fields without a value.
    missing_fields_count: Count,
    /// Proposed: whether an owner was found.
    has_owner: Flag,
    /// Proposed: whether it replaces another candidate.
    supersedes: Flag,
    /// Proposed: when the proposer needs it decided.
    due_at: Time,
    /// Proposed, edited: when it expires undecided. Expired: when it was to.
    expires_at: Time,
    /// Proposed, edited, approval collected: how many people must approve.
    quorum: Count,
    /// Approval collected, approved, approval withdrawn: how many approvals stand now.
    approvals: Count,
    /// Edited, evidence added or requested: how many approvals fell.
    approvals_dropped: Count,
    /// Approved: what led to it.
    approval_cause: Text,
    /// Rejected: why.
    rejection_reason: Text,
    /// Released: what ended the hold.
    release_cause: Text,
    /// Withdrawn: whether another candidate replaced it.
    superseded: Flag,
    /// Edited: the changes, generalized.
    edit: Edits,
    /// Execution started, executed, failed, outcome lost: number of the attempt, from 1.
    attempt_number: Count,
    /// Execution started: index of the approving entry.
    approving_entry_index: Index,
    /// Execution failed, settled as not done: class of the failure.
    failure_class: Text,
    /// Execution failed, settled as not done: whether trying again is safe.
    retry_safe: Flag,
    /// Execution failed, outcome lost: whether it may be claimed again by itself.
    retry_planned: Flag,
    /// Outcome lost: what made it unknown.
    loss_cause: Text,
    /// Sent back: where the fault lay.
    fault: Text,
}
