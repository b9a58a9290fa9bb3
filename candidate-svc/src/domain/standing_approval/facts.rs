//! What a standing approval is.

use std::sync::Arc;

use countersign_api::name::StandingApprovalName;
use serde::{Deserialize, Serialize};
use service_kit::access::{PrincipalId, Role};

use super::{Looks, RecordPrefix};
use crate::domain::{ActionTypeName, Moment, Person, as_text};

/// An approval that a person gave ahead, for one narrow category: one action type, one proposer, low risk, high confidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingApproval {
    /// Its name.
    pub name: StandingApprovalName,
    /// Counts the changes, from 1. Uses do not count: each stands in its candidate's events.
    pub revision: u64,
    /// The one action type.
    pub action_type: ActionTypeName,
    /// The one proposer.
    pub proposer: PrincipalId,
    /// Which records.
    pub records: RecordPrefix,
    /// The most candidates that it approves.
    pub use_limit: u32,
    /// Of every 1,000 candidates, how many go to a person all the same.
    pub audit_per_mille: u32,
    /// When it ends.
    pub valid_until: Moment,
    /// Who gave it.
    pub granted_by: Person,
    /// The roles that they held then: once the policy lets none of them approve any more, it covers nothing.
    pub granted_as: Vec<Role>,
    /// When it was given.
    pub granted_at: Moment,
    /// Why, in words.
    pub reason: String,
    /// How many candidates it has approved. Never goes down, whatever became of them.
    pub uses: u32,
    /// How many were drawn for the audit sample.
    pub audits: u32,
    /// How many of those wait for a person's decision.
    pub audits_waiting: u32,
    /// How many looks it owes: of candidates that were drawn and ended before a person decided.
    pub audits_owed: u32,
    /// What came of the looks so far.
    pub looks: Looks,
    /// Who took it back, once somebody did.
    pub revocation: Option<Revocation>,
    /// Index of the ledger entry that records the grant; none until there is one.
    pub entry_index: Option<u64>,
}

/// How a standing approval ended before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// When.
    pub revoked_at: Moment,
    /// By whom: a person, or candidate-svc itself once the rate of harm has turned.
    pub revoked_by: PrincipalId,
    /// Why, in words.
    pub reason: String,
}

/// A standing approval that may cover a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingOffer {
    /// The standing approval.
    pub standing: Arc<StandingApproval>,
    /// Why the proposal goes to a person all the same, should it cover it; none when it does not.
    pub drawn: Option<Draw>,
}

/// Why a proposal under a standing approval goes to a person all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// The keyed hash of its id drew it.
    Sample,
    /// In the place of one that was drawn and ended before a person decided.
    Owed,
    /// Too many that were drawn wait for a decision.
    Waiting,
}

/// How a standing approval bore on a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingApprovalUse {
    /// The standing approval.
    #[serde(with = "as_text")]
    pub name: StandingApprovalName,
    /// Who gave it.
    pub granted_by: Person,
    /// Which candidate it was that came under it, from 1.
    pub use_number: u64,
    /// It goes to a person all the same.
    pub drawn_for_audit: bool,
    /// Its own id did not draw it: it goes there in the place of others, that ended unseen or still wait.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_place_of_another: bool,
    /// Index of the ledger entry that records the grant.
    pub grant_entry_index: u64,
    /// What came of the candidate, once that is known: harmful, or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_harmful: Option<bool>,
}

impl StandingApprovalUse {
    /// Returns it as of a candidate that goes to a person by itself, in no other's place.
    #[must_use]
    pub fn for_a_person(self) -> Self {
        Self { drawn_for_audit: true, in_place_of_another: false, ..self }
    }
}

impl Draw {
    /// Says why, in words.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Sample => "drawn for its audit sample",
            Self::Owed => "one that was drawn ended before a person decided: a look is owed",
            Self::Waiting => "too many that were drawn wait for a decision",
        }
    }
}

impl StandingApproval {
    /// Tells whether it could cover anything now: not revoked, not ended, not used up.
    pub fn is_active(&self, now: Moment) -> bool {
        self.revocation.is_none() && now < self.valid_until && self.uses < self.use_limit
    }

    /// Returns it as it was given.
    #[must_use]
    pub fn as_granted(&self) -> Self {
        Self {
            revision: 1,
            uses: 0,
            audits: 0,
            audits_waiting: 0,
            audits_owed: 0,
            looks: Looks::default(),
            revocation: None,
            entry_index: None,
            ..self.clone()
        }
    }

    /// Counts a candidate that came under it.
    ///
    /// # Panics
    ///
    /// When it is used up: nothing may come under it then (C-1).
    #[must_use]
    pub fn used(&self, drawn_for_audit: bool) -> Self {
        assert!(self.uses < self.use_limit, "C-1: a standing approval was used beyond its limit");
        let (uses, audits) = (self.uses + u32::from(!drawn_for_audit), self.audits + u32::from(drawn_for_audit));
        Self { uses, audits, ..self.clone() }
    }
}
