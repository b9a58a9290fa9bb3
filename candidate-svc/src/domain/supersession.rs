//! What a proposal can replace.

use countersign_api::name::CandidateName;
use service_kit::access::PrincipalId;

use super::{Candidate, Refusal};

/// Says why a proposal cannot replace this candidate: nobody takes back what is another's, decided, or not there.
pub fn refuse_predecessor(name: &CandidateName, candidate: Option<&Candidate>, proposer: &PrincipalId) -> Refusal {
    const FIELD: &str = "proposal.supersedes";
    match candidate {
        None => Refusal::malformed(
            FIELD,
            format!("there is no candidate `{name}`: name one of yours that is open, or none"),
        ),
        Some(candidate) if candidate.proposer != *proposer => {
            let reason =
                format!("`{}` proposed it: only its proposer replaces it, leave the field out", candidate.proposer);
            Refusal::malformed(FIELD, reason)
        }
        Some(candidate) => {
            let state = candidate.state.name();
            Refusal::malformed(FIELD, format!("it is `{state}` and no longer open: leave the field out"))
        }
    }
}
