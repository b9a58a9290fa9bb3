//! Candidates that would change the same field of the same record.

use countersign_api::name::CandidateName;
use serde_json::Value;

use super::{ActionType, Candidate, Proposal, Propose, Refusal, StateName};

/// Which field an action type changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedField {
    /// The one that the payload names at this JSON Pointer (RFC 6901).
    NamedAt(String),
    /// Always this one.
    Always(String),
}

/// Another candidate about the same field that was approved already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    /// The other candidate.
    pub candidate: CandidateName,
    /// Where it is in its life.
    pub state: StateName,
}

impl Candidate {
    /// Returns what it would change: `{system}/{object type}/{id}#{field}`. None when its action type changes no field that could be told,
    /// or when there is nothing left to change it.
    pub fn change_subject(&self, action_type: Option<&ActionType>) -> Option<String> {
        let is_live = self.state.name().is_live();
        is_live.then(|| subject(&self.proposal, self.payload.canonical_json(), action_type?)).flatten()
    }
}

impl Propose {
    /// Returns what the candidate would change, as [`Candidate::change_subject`] will.
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
    let record = proposal.target.as_ref().or(proposal.record.as_ref())?;
    let field = action_type.changes.as_ref().and_then(|changes| changes.field(payload))?;
    Some(format!("{}/{}/{}#{field}", record.system, record.object_type, record.id))
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
