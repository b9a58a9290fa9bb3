//! What a batch tells the other processes.

use std::collections::{BTreeMap, BTreeSet};

use countersign_api::name::{CandidateName, Workspace};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::marks::WriterId;
use crate::{
    domain::{Moment, StateName},
    store::signals::Effects,
};

/// Where commits are told.
pub(super) const CHANNEL: &str = "countersign_candidates";

/// PostgreSQL takes less than 8,000 bytes.
const TEXT_MAX_BYTES: usize = 7_000;

/// What a batch changed that somebody in another process may wait for: names and numbers, no contents.
///
/// It only says that something is new; what it is, everybody reads from the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Notice {
    /// Who committed.
    by: Uuid,
    /// Whether more changed than fits: then everything is looked at.
    #[serde(default, skip_serializing_if = "is_false")]
    more: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    workspaces: Vec<String>,
    events: usize,
    receipts: usize,
    triggers: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deadline_us: Option<i64>,
    /// Workspace, candidate and fence of claims that are over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ended_claims: Vec<(String, Uuid, u64)>,
    #[serde(default, skip_serializing_if = "is_false")]
    policy_approved: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    looked: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    states: BTreeMap<String, i64>,
}

/// What a notice comes to.
#[derive(Debug)]
pub(super) enum Told {
    /// What this process committed itself, or what says nothing.
    Nothing,
    /// What somebody else changed.
    Changed(Effects),
    /// Somebody changed more than was told.
    More(Effects),
}

impl Notice {
    /// Makes the notice of a batch; none when nobody waits for what it changes.
    pub(super) fn of(writer: WriterId, effects: &Effects) -> Option<Self> {
        let claim = |(name, fence): &(CandidateName, u64)| (name.workspace.id().to_owned(), name.id, *fence);
        let notice = Self {
            by: writer.uuid(),
            more: false,
            workspaces: effects.with_events.iter().map(|workspace| workspace.id().to_owned()).collect(),
            events: effects.events,
            receipts: effects.receipts,
            triggers: effects.triggers,
            deadline_us: effects.deadline.map(Moment::as_micros),
            ended_claims: effects.ended_claims.iter().map(claim).collect(),
            policy_approved: effects.policy_approved,
            looked: effects.looked,
            states: effects.states.iter().map(|(state, delta)| (state.as_str().to_owned(), *delta)).collect(),
        };
        let says_nothing = effects.events == 0 && effects.receipts == 0 && effects.triggers == 0 && !effects.looked;
        (!says_nothing).then_some(notice)
    }

    /// Makes a notice that has everybody look at everything.
    pub(super) fn look(writer: WriterId) -> Self {
        Self { more: true, ..Self::of_nothing(writer.uuid()) }
    }

    /// Writes it; what does not fit is left out, and said to be.
    pub(super) fn text(&self) -> String {
        let text = serde_json::to_string(self).expect("invariant: names and numbers have a JSON form");
        if text.len() <= TEXT_MAX_BYTES {
            return text;
        }
        let short = Self { more: true, workspaces: Vec::new(), ended_claims: Vec::new(), ..self.clone() };
        serde_json::to_string(&short).expect("invariant: names and numbers have a JSON form")
    }

    /// Reads what others say; what no release of ours wrote says that something changed.
    pub(super) fn read(text: &str, reader: WriterId) -> Told {
        let Ok(notice) = serde_json::from_str::<Self>(text) else { return Told::More(Effects::default()) };
        if notice.by == reader.uuid() {
            return Told::Nothing;
        }
        let more = notice.more;
        match notice.effects() {
            Some(effects) if !more => Told::Changed(effects),
            effects => Told::More(effects.unwrap_or_default()),
        }
    }

    fn effects(self) -> Option<Effects> {
        let workspaces = self.workspaces.iter().map(|id| Workspace::new(id).ok());
        let claims = self
            .ended_claims
            .iter()
            .map(|(workspace, id, fence)| Some((CandidateName::new(Workspace::new(workspace).ok()?, *id), *fence)));
        let states = self.states.iter().map(|(state, delta)| Some((state.parse::<StateName>().ok()?, *delta)));
        let deadline = self.deadline_us.map(jiff::Timestamp::from_microsecond).transpose().ok()?;
        Some(Effects {
            with_events: workspaces.collect::<Option<BTreeSet<_>>>()?,
            events: self.events,
            receipts: self.receipts,
            triggers: self.triggers,
            deadline: deadline.map(Moment::from),
            ended_claims: claims.collect::<Option<_>>()?,
            policy_approved: self.policy_approved,
            looked: self.looked,
            states: states.collect::<Option<_>>()?,
        })
    }

    const fn of_nothing(by: Uuid) -> Self {
        Self {
            by,
            more: false,
            workspaces: Vec::new(),
            events: 0,
            receipts: 0,
            triggers: 0,
            deadline_us: None,
            ended_claims: Vec::new(),
            policy_approved: false,
            looked: false,
            states: BTreeMap::new(),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effects(claims: u64) -> Effects {
        let workspace = Workspace::new("demo").expect("an id");
        Effects {
            with_events: BTreeSet::from([workspace.clone()]),
            events: 3,
            deadline: Some(Moment::from(jiff::Timestamp::from_microsecond(7).expect("a time"))),
            ended_claims: (0..claims)
                .map(|fence| (CandidateName::new(workspace.clone(), Uuid::nil()), fence))
                .collect(),
            looked: true,
            states: BTreeMap::from([(StateName::Proposed, -1), (StateName::Approved, 1)]),
            ..Effects::default()
        }
    }

    #[test]
    fn another_process_learns_what_changed_and_its_own_learns_nothing() {
        let (here, there) = (WriterId::new(Uuid::from_u128(1)), WriterId::new(Uuid::from_u128(2)));
        let text = Notice::of(here, &effects(1)).expect("something happened").text();
        let Told::Changed(told) = Notice::read(&text, there) else { panic!("{text}") };
        assert_eq!(format!("{told:?}"), format!("{:?}", effects(1)));
        assert!(matches!(Notice::read(&text, here), Told::Nothing));
        assert!(Notice::of(here, &Effects::default()).is_none());
    }

    #[test]
    fn what_does_not_fit_is_said_to_be_missing_and_counts_stay() {
        let (here, there) = (WriterId::new(Uuid::from_u128(1)), WriterId::new(Uuid::from_u128(2)));
        let text = Notice::of(here, &effects(500)).expect("something happened").text();
        assert!(text.len() <= TEXT_MAX_BYTES);
        let Told::More(told) = Notice::read(&text, there) else { panic!("{text}") };
        assert_eq!((told.events, told.states.len(), told.ended_claims.len()), (3, 2, 0));
        assert!(matches!(Notice::read("not ours", there), Told::More(_)));
    }
}
