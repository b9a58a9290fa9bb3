//! Candidates that would change the same field of the same record.

use countersign_api::name::CandidateName;
use serde_json::Value;

use super::record::folded;
use super::{ActionType, Candidate, Proposal, Propose, RecordReference, Refusal, StateName};

/// Which field an action type changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedField {
    /// The one that the payload names at this JSON Pointer (RFC 6901).
    NamedAt(String),
    /// Always this one.
    Always(String),
}

/// Another candidate about the same field that was approved already, and perhaps carried out since this one was proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    /// The other candidate.
    pub candidate: CandidateName,
    /// Where it is in its life.
    pub state: StateName,
}

/// What a candidate would change, as far as the catalogue tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeSubject {
    /// This, or has changed it: `{object type}/{id}#{field}`.
    Field(String),
    /// Nothing: its payload names no field or record, or it never will.
    Nothing,
    /// The catalogue does not say: it does not have the action type any more, or no field of it. What it said before stands.
    Unsaid,
}

impl Candidate {
    /// Returns what it would change, or has changed.
    ///
    /// The record is the one that the payload names, where it names one: that is what runs, whatever record the proposer says it is about.
    /// The system is not part of it, and neither are case and blanks at the ends: how a proposer spells them must not hide a conflict.
    pub fn change_subject(&self, action_type: Option<&ActionType>) -> ChangeSubject {
        let name = self.state.name();
        if self.erased.is_some() || !(name.is_live() || name == StateName::Executed) {
            return ChangeSubject::Nothing;
        }
        match action_type.filter(|action_type| action_type.says_what_it_changes()) {
            Some(action_type) => subject(&self.proposal, self.payload.canonical_json(), action_type)
                .map_or(ChangeSubject::Nothing, ChangeSubject::Field),
            None => ChangeSubject::Unsaid,
        }
    }
}

impl Propose {
    /// Returns what the candidate would change, as [`Candidate::change_subject`] will; none when it changes nothing that could be told.
    pub fn change_subject(&self, action_type: Option<&ActionType>) -> Option<String> {
        subject(&self.proposal, self.payload.canonical_json()?, action_type?)
    }
}

impl ChangedField {
    fn field(&self, payload: &str) -> Option<String> {
        match self {
            Self::Always(field) => Some(field.clone()),
            Self::NamedAt(pointer) => {
                let payload: Value = serde_json::from_str(payload).ok()?;
                payload.pointer(pointer)?.as_str().map(str::to_owned)
            }
        }
    }
}

fn subject(proposal: &Proposal, payload: &str, action_type: &ActionType) -> Option<String> {
    if action_type.changes_policy() {
        // A workspace has one, whatever record its change is said to be about.
        return Some("workspace/policy#review".to_owned());
    }
    let field = action_type.changes.as_ref().and_then(|changes| changes.field(payload))?;
    let named = action_type.payload_record.as_ref().and_then(|named| named.read(payload));
    let stated = || proposal.target.as_ref().or(proposal.record.as_ref()).map(RecordReference::key);
    let (object_type, id) = named.or_else(stated)?;
    Some(format!("{}/{}#{}", folded(&object_type), folded(&id), folded(&field)))
}

/// Refuses an approval that does not name every rival: nobody approves two changes of one field unseen.
pub(super) fn check_seen(candidate: &Candidate, seen: &[CandidateName], rivals: &[Rival]) -> Result<(), Refusal> {
    let unseen: Vec<CandidateName> =
        rivals.iter().map(|rival| &rival.candidate).filter(|rival| !seen.contains(rival)).cloned().collect();
    if unseen.is_empty() {
        return Ok(());
    }
    Err(Refusal::ConflictUnseen { candidate: candidate.name.clone(), unseen })
}
