//! The columns of an export: one row for each ledger entry, no free text, nothing that names a person.
//!
//! This list is the only one: the row that is filled, the builders that gather rows and the documentation of the columns
//! are made from it.

use polars::prelude::{Column, DataFrame, IdxSize, PolarsResult};

use super::column::{Bytes, ColumnType, Count, Edits, Flag, Index, Number, Text, TextList, Time, Wordings};

/// What is said of one column, or of the list columns that one field of a row fills.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its type in the Parquet file.
    pub parquet: &'static str,
    /// On which rows it is filled; on all others it is null.
    pub filled: &'static str,
    /// What it says, with its unit.
    pub says: &'static str,
}

macro_rules! columns {
    ($($filled:literal: { $($(#[doc = $doc:literal])+ $name:ident: $type:ident,)+ })+) => {
        /// One ledger entry as the export shows it. A field that does not apply to the entry's kind is none.
        #[derive(Debug, Clone, Default)]
        pub struct Row<'a> {
            $($($(#[doc = $doc])+ pub $name: <$type as ColumnType>::Value<'a>,)+)+
        }

        /// Gathers rows into the columns of a part.
        pub(super) struct Rows {
            count: usize,
            $($($name: <$type as ColumnType>::Builder,)+)+
        }

        impl Rows {
            /// Starts without rows, with room for `rows`.
            pub(super) fn with_room_for(rows: usize) -> Self {
                Self { count: 0, $($($name: $type::start(stringify!($name), rows),)+)+ }
            }

            /// Adds the next row.
            pub(super) fn push(&mut self, row: Row<'_>) {
                let number = IdxSize::try_from(self.count).expect("invariant: a part has at most 65,536 rows");
                self.count += 1;
                $($($type::push(&mut self.$name, number, row.$name);)+)+
            }

            /// Ends the gathering.
            ///
            /// # Errors
            ///
            /// When polars finds columns of different lengths, which would be a fault of this module.
            pub(super) fn finish(self) -> PolarsResult<DataFrame> {
                let mut columns: Vec<Column> = Vec::new();
                $($($type::finish(self.$name, self.count, &mut columns)?;)+)+
                DataFrame::new(self.count, columns)
            }
        }

        /// The fields of a row, in the order of the columns.
        pub const FIELDS: &[Field] = &[$($(Field {
            name: stringify!($name),
            parquet: <$type as ColumnType>::PARQUET,
            filled: $filled,
            says: concat!($($doc),+),
        },)+)+];
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
    "every row": {
        /// Position of the entry in the log, from 0.
        entry_index: Number,
        /// The encoded leaf: what the tree hashes.
        leaf: Bytes,
        /// Hash of the leaf, 32 bytes.
        leaf_hash: Bytes,
        /// Kind of the entry, from the leaf.
        kind: Text,
        /// Resource name of what the entry is about, from the leaf: a candidate, or what else is in the workspace.
        candidate: Text,
    }
    "about a candidate": {
        /// Last byte of the candidate's id: cuts the candidates into 256 even slices.
        candidate_slice: Count,
    }
    "every row": {
        /// Revision of the candidate that the event made, from the leaf.
        revision: Number,
        /// Kind of the principal that acted, from the leaf: `human`, `generator` or `service`.
        actor_kind: Text,
        /// Pseudonym of the principal that acted, from the leaf.
        actor: Text,
        /// When the ledger appended the entry, from the leaf; µs, UTC.
        appended_at: Time,
        /// How far the content could be read: `known`, `unknown_kind`, `erased` or `unreadable`; all that follows is from the content.
        reading: Text,
    }
    "known": {
        /// When the event was committed; µs, UTC.
        occurred_at: Time,
        /// Whether a simulation, not a person, acted.
        simulated: Flag,
    }
    "known, a person acted": {
        /// The exporter's pseudonym of the person that acted: the one under which `owner`, `delegator`, `delegate` and `escalated_to` name people.
        person: Text,
    }
    "known, about a candidate": {
        /// Position among the events of its revision, from 0.
        ordinal: Count,
        /// State of the candidate afterwards.
        state: Text,
    }
    "proposed, standing approval granted": {
        /// Kind of action.
        action_type: Text,
        /// Who proposed, or whose proposals are approved ahead; the id of a generator or service, the pseudonym of a person.
        proposer: Text,
    }
    "proposed, where stated": {
        /// The program that made the proposal.
        generator: Text,
        /// The model behind it.
        model: Text,
        /// Version of its prompt or rule.
        prompt_version: Text,
    }
    "proposed, edited, standing approval granted": {
        /// Risk tier as policy settled it, or the one approved ahead.
        risk_tier: Text,
    }
    "proposed, edited": {
        /// What raised the tier to where it is: `catalogue`, `proposal` or `other`, in the order of policy.
        risk_reasons: TextList,
        /// What a mistake would touch.
        impact: Text,
    }
    "proposed where stated, standing approval granted": {
        /// How reliable the reading is.
        confidence: Text,
    }
    "proposed, where stated": {
        /// What the confidence rests on.
        confidence_basis: Text,
        /// System that the trigger came from.
        source_system: Text,
        /// Type of the trigger.
        trigger_type: Text,
        /// When the trigger happened in its system; µs, UTC.
        triggered_at: Time,
        /// System of the record it is about.
        record_system: Text,
        /// Object type of that record.
        record_object_type: Text,
        /// Keyed hash of that record's system, object type and id, 32 hexadecimal digits.
        record_key: Text,
        /// System of the record it would change.
        target_system: Text,
        /// Object type of that record.
        target_object_type: Text,
        /// Keyed hash of that record as `record_key` has it: candidates with the same one are about the same record.
        target_key: Text,
    }
    "proposed, evidence added": {
        /// Pieces of evidence.
        evidence_count: Count,
    }
    "proposed, evidence added or requested": {
        /// Kinds of the evidence given or asked for, in order.
        evidence_kinds: TextList,
    }
    "evidence added": {
        /// Whether it met what was asked for.
        requirement_met: Flag,
    }
    "proposed": {
        /// Things said to be unknown.
        unknowns_count: Count,
        /// Source fields without a value.
        missing_fields_count: Count,
        /// Bytes of text that a reviewer has to read: summary, explanation, unknowns, evidence and payload.
        reading_bytes: Count,
        /// Places of the payload, itself included, as `edit_path` has places: each with a space and the class of a value there, or `absent` where only some items of a list have it.
        payload_fields: TextList,
    }
    "proposed, edited": {
        /// Bytes of the payload's canonical JSON.
        payload_bytes: Count,
    }
    "proposed": {
        /// Whether an owner was found.
        has_owner: Flag,
    }
    "proposed with an owner, owner assigned": {
        /// The exporter's pseudonym of the owner.
        owner: Text,
    }
    "proposed, where its owner is of a team": {
        /// The team of the owner, by its name in the owner file.
        owner_team: Text,
    }
    "proposed": {
        /// Whether it replaces another candidate.
        supersedes: Flag,
    }
    "proposed, where it replaces one": {
        /// Resource name of the candidate that it replaces.
        supersedes_candidate: Text,
    }
    "proposed, where stated": {
        /// When the proposer needs it decided; µs, UTC.
        due_at: Time,
    }
    "proposed, edited, expired, standing approval granted": {
        /// When it expires undecided, or was to; when the standing approval ends; µs, UTC.
        expires_at: Time,
    }
    "proposed, edited, policy applied": {
        /// SHA-256 of the review policy that judged, or came into force, 64 hexadecimal digits.
        policy_digest: Text,
    }
    "proposed, edited": {
        /// How much looking it deserves: `LIGHT`, `STANDARD` or `STRICT`.
        review_path: Text,
    }
    "proposed, edited, approval collected": {
        /// How many people must approve.
        quorum: Count,
    }
    "proposed, edited": {
        /// Whether nobody may approve their own proposal or edit.
        four_eyes: Flag,
        /// Whether it may be approved together with others.
        bulk_allowed: Flag,
        /// Steps of the escalation that policy has for it.
        escalation_steps: Count,
    }
    "proposed or approved under one, granted, revoked": {
        /// Resource name of the standing approval.
        standing_approval: Text,
    }
    "proposed under a standing approval": {
        /// Which candidate under it this was, from 1, those drawn for the audit sample included.
        standing_use_number: Index,
        /// Whether it was drawn for the audit sample, so that a person decides.
        drawn_for_audit: Flag,
        /// Index of the entry that records the grant.
        grant_entry_index: Index,
    }
    "approval collected or withdrawn, approved": {
        /// How many approvals stand now.
        approvals: Count,
    }
    "edited, evidence added or requested": {
        /// How many approvals fell.
        approvals_dropped: Count,
    }
    "approved": {
        /// What led to it.
        approval_cause: Text,
        /// When the approval lapses if nobody executes it; µs, UTC.
        approval_expires_at: Time,
        /// Conflicting candidates that the last approver says to have seen.
        conflicts_acknowledged: Count,
    }
    "rejected": {
        /// Why.
        rejection_reason: Text,
    }
    "held, with an end": {
        /// Until when; µs, UTC.
        held_until: Time,
    }
    "held": {
        /// Whether evidence releases it.
        held_until_evidence: Flag,
    }
    "released": {
        /// What ended the hold.
        release_cause: Text,
    }
    "withdrawn": {
        /// Whether another candidate replaced it.
        superseded: Flag,
    }
    "withdrawn, where one replaced it": {
        /// Resource name of the candidate that replaced it.
        superseded_by: Text,
    }
    "escalated": {
        /// Step of the policy's chain, from 1.
        escalation_step: Count,
        /// To whom: a role as `roles/manager`, a person by the exporter's pseudonym.
        escalated_to: Text,
    }
    "edited": {
        /// The changes, generalized.
        edit: Edits,
        /// What happened to words.
        wording: Wordings,
    }
    "execution started, executed, failed, outcome lost": {
        /// Number of the attempt, from 1.
        attempt_number: Count,
        /// The fence that it ran under, from 1.
        fence: Index,
    }
    "execution started": {
        /// Index of the approving entry.
        approving_entry_index: Index,
    }
    "execution started, claim extended": {
        /// When the claim lapses; µs, UTC.
        lease_expires_at: Time,
    }
    "executed, settled as done": {
        /// When the target says that it was done; µs, UTC.
        executed_at: Time,
        /// Things made or changed in target systems.
        references_count: Count,
        /// Fields whose values before and after were reported.
        changes_count: Count,
    }
    "executed, execution failed, settled": {
        /// The system that was asked, by its connector or whoever settled it.
        connector: Text,
    }
    "execution failed, settled as not done": {
        /// Class of the failure.
        failure_class: Text,
        /// Whether trying again is safe.
        retry_safe: Flag,
    }
    "execution failed, outcome lost": {
        /// Whether it may be claimed again by itself.
        retry_planned: Flag,
    }
    "outcome lost": {
        /// What made it unknown.
        loss_cause: Text,
    }
    "sent back": {
        /// Where the fault lay.
        fault: Text,
    }
    "standing approval granted": {
        /// The most candidates that it approves.
        use_limit: Index,
        /// Of every 1,000 candidates, how many are drawn for the audit sample.
        audit_per_mille: Count,
    }
    "standing approval revoked": {
        /// How many candidates it had approved.
        uses: Index,
    }
    "delegation made": {
        /// The exporter's pseudonym of whose turn passes.
        delegator: Text,
        /// The exporter's pseudonym of to whom it passes.
        delegate: Text,
        /// From when on; µs, UTC.
        delegated_from: Time,
        /// Until when; µs, UTC.
        delegated_until: Time,
    }
    "policy applied": {
        /// Number of the review policy's revision, from 1.
        policy_revision: Index,
    }
    "policy applied, not the first": {
        /// Resource name of the candidate that brought it.
        policy_candidate: Text,
    }
}
