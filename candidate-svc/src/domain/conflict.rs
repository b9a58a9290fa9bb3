//! Candidates that would change the same field of the same record.

use countersign_api::name::CandidateName;
use serde_json::Value;

use super::{ActionType, Candidate, Payload, RecordReference, Refusal, StateName};

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
        let proposal = &self.proposal;
        let record = proposal.target.as_ref().or(proposal.record.as_ref())?;
        let field = action_type?.changes.as_ref().and_then(|changes| changes.field(&self.payload))?;
        self.state.name().is_live().then(|| subject(record, &field))
    }
}

impl ChangedField {
    fn field(&self, payload: &Payload) -> Option<String> {
        match self {
            Self::Always(field) => Some(field.clone()),
            Self::NamedAt(pointer) => {
                let payload: Value = serde_json::from_str(payload.canonical_json()).ok()?;
                payload.pointer(pointer)?.as_str().map(str::to_owned)
            }
        }
    }
}

fn subject(record: &RecordReference, field: &str) -> String {
    format!("{}/{}/{}#{field}", record.system, record.object_type, record.id)
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
