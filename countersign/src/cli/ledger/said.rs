use countersign_api::candidate::v1::{CandidateEvent, WorkspaceEvent};
use countersign_api::name::CandidateName;
use ledger_format::Leaf;
use prost::Message as _;
use serde_json::Value;

use crate::candidate_text::{event_lines, trace_id, workspace_event_lines};
use crate::output::message_json;

/// What an entry says, as far as this release can read it.
#[derive(Debug)]
pub enum Said {
    /// What happened to a candidate.
    Candidate(Box<CandidateEvent>),
    /// What happened in the workspace beside its candidates.
    Workspace(Box<WorkspaceEvent>),
    /// Something of a later release; its leaf stays readable.
    AnotherRelease,
}

impl Said {
    /// Reads a content that was checked against its leaf.
    pub fn read(leaf: &Leaf<&str>, content: &[u8]) -> Self {
        if leaf.subject.parse::<CandidateName>().is_ok() {
            let event = CandidateEvent::decode(content).ok().filter(|event| event.event.is_some());
            return event.map_or(Self::AnotherRelease, |event| Self::Candidate(Box::new(event)));
        }
        let is_about_it = |event: &WorkspaceEvent| event.event.is_some() && event.subject == leaf.subject;
        let event = WorkspaceEvent::decode(content).ok().filter(is_about_it);
        event.map_or(Self::AnotherRelease, |event| Self::Workspace(Box::new(event)))
    }

    /// Returns it as JSON; null when it cannot be read.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Candidate(event) => message_json::to_json(&**event),
            Self::Workspace(event) => message_json::to_json(&**event),
            Self::AnotherRelease => Value::Null,
        }
    }

    /// Returns it in words.
    pub fn text(&self) -> String {
        match self {
            Self::Candidate(event) => event_lines(event),
            Self::Workspace(event) => workspace_event_lines(event),
            Self::AnotherRelease => "the content is of another release".to_owned(),
        }
    }

    /// Returns the trace of the call that led to the entry, by which its logs are found.
    pub fn trace(&self) -> Option<&str> {
        let traceparent = match self {
            Self::Candidate(event) => &event.traceparent,
            Self::Workspace(event) => &event.traceparent,
            Self::AnotherRelease => return None,
        };
        Some(trace_id(traceparent)).filter(|id| !id.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::candidate::v1::workspace_event::Event;
    use countersign_api::candidate::v1::{StandingApproval, StandingApprovalRevoked};
    use countersign_api::r#type::v1::Principal;
    use ledger_format::{PrincipalKind, Salt, commit_content};

    use super::*;

    const GRANT: &str = "workspaces/demo/standingApprovals/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55";

    fn leaf(subject: &str) -> Leaf<&str> {
        Leaf {
            origin: "countersign.local/workspaces/demo",
            kind: "standing_approval_granted",
            subject,
            subject_revision: 1,
            principal_kind: PrincipalKind::Human,
            principal_reference: "p_07",
            appended_at_us: 0,
            idempotency_key: "01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55/1/0",
            payload_digest: None,
            commitment: commit_content(&Salt::new([1; 32]), b"said"),
        }
    }

    fn event(event: Event) -> Vec<u8> {
        let actor = Some(Principal { kind: 1, id: "humans/anna".into() });
        WorkspaceEvent { subject: GRANT.into(), revision: 1, actor, event: Some(event), ..WorkspaceEvent::default() }
            .encode_to_vec()
    }

    #[test]
    fn what_happened_beside_the_candidates_is_said_in_words_and_json() {
        let granted = StandingApproval {
            action_type: "add_note".into(),
            proposer: "generators/rules".into(),
            record_prefix: "crm/deal".into(),
            use_limit: 50,
            audit_per_mille: 100,
            reason: "notes were always right".into(),
            ..StandingApproval::default()
        };
        let said = Said::read(&leaf(GRANT), &event(Event::StandingApprovalGranted(granted)));
        let text = said.text();
        for part in [
            "standing approval granted by humans/anna",
            "`add_note` by generators/rules",
            "crm/deal",
            "50",
            "notes were",
        ] {
            assert!(text.contains(part), "`{part}` is not in\n{text}");
        }
        assert_eq!(said.to_json()["standing_approval_granted"]["use_limit"], 50);

        let revoked = StandingApprovalRevoked { reason: "a note was wrong".into(), uses: 7 };
        let text = Said::read(&leaf(GRANT), &event(Event::StandingApprovalRevoked(revoked))).text();
        assert!(text.contains("a note was wrong") && text.contains('7'), "{text}");
    }

    #[test]
    fn what_is_of_another_release_or_about_something_else_leaves_the_leaf_readable() {
        let later = leaf("workspaces/demo/rooms/1");
        for content in [&b""[..], b"\xff\xff", &event(Event::StandingApprovalGranted(StandingApproval::default()))] {
            let said = Said::read(&later, content);
            assert_eq!((said.text().as_str(), said.to_json()), ("the content is of another release", Value::Null));
        }
    }
}
