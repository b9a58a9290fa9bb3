use countersign_api::candidate::v1::{Candidate, GetCandidateRequest, State, WatchCandidatesRequest};

use super::Session;
use crate::failure::Failure;

impl Session {
    /// Follows the record until an approved candidate's execution has ended in whatever way, and reads it then.
    ///
    /// # Errors
    /// The server's refusal; [`Failure::Unreachable`] when the record's stream ends.
    pub async fn wait_for_outcome(&self, approved: &Candidate) -> Result<Option<Candidate>, Failure> {
        let request = WatchCandidatesRequest { parent: self.workspace.to_string(), resume_token: String::new() };
        let mut events = self.review().watch_candidates(request).await?.into_inner();
        while let Some(response) = events.message().await? {
            let Some(event) = response.event.and_then(|recorded| recorded.event) else { continue };
            let is_later = event.candidate == approved.name && event.revision > approved.revision;
            if is_later && !is_under_way(event.state()) {
                let request = GetCandidateRequest { name: approved.name.clone(), include_history: false };
                return Ok(self.review().get_candidate(request).await?.into_inner().candidate);
            }
        }
        Err(Failure::Unreachable(anyhow::anyhow!("the server ended the stream of events; read the candidate again")))
    }
}

/// Tells whether execution may still change the state without anybody deciding anew.
pub fn is_under_way(state: State) -> bool {
    match state {
        State::Approved | State::Executing => true,
        State::Unspecified
        | State::Proposed
        | State::NeedsEvidence
        | State::NeedsOwner
        | State::Edited
        | State::Held
        | State::Executed
        | State::Failed
        | State::OutcomeUnknown
        | State::Rework
        | State::Rejected
        | State::Withdrawn
        | State::Expired => false,
    }
}
