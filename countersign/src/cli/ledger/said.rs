use countersign_api::candidate::v1::{CandidateEvent, WorkspaceEvent};
use countersign_api::ledger::v1::{ContentErased, LegalHoldPlaced, LegalHoldReleased};
use countersign_api::name::CandidateName;
use countersign_api::r#type::v1::Principal;
use ledger_format::Leaf;
use ledger_format::custody::{CONTENT_ERASED, LEGAL_HOLD_PLACED, LEGAL_HOLD_RELEASED};
use prost::Message as _;
use serde_json::Value;

use crate::candidate_text::{event_lines, trace_id, workspace_event_lines};
use crate::output::{facts, message_json};

/// What an entry says, as far as this release can read it.
#[derive(Debug)]
pub enum Said {
    /// What happened to a candidate.
    Candidate(Box<CandidateEvent>),
    /// What happened in the workspace beside its candidates.
    Workspace(Box<WorkspaceEvent>),
    /// Something about contents: erased, held, held no more.
    Custody(Custody),
    /// It was erased; its leaf stays readable.
    Erased,
    /// Something of a later release; its leaf stays readable.
    AnotherRelease,
}

/// What an entry about contents says.
#[derive(Debug)]
pub enum Custody {
    /// Contents were erased.
    Erased(ContentErased),
    /// A hold was placed.
    Held(LegalHoldPlaced),
    /// A hold was lifted.
    Released(LegalHoldReleased),
}

impl Said {
    /// Reads a content that was checked against its leaf.
    pub fn read(leaf: &Leaf<&str>, content: &[u8]) -> Self {
        let custody = match leaf.kind {
            CONTENT_ERASED => Some(ContentErased::decode(content).map(Custody::Erased)),
            LEGAL_HOLD_PLACED => Some(LegalHoldPlaced::decode(content).map(Custody::Held)),
            LEGAL_HOLD_RELEASED => Some(LegalHoldReleased::decode(content).map(Custody::Released)),
            _ => None,
        };
        if let Some(custody) = custody {
            return custody.map_or(Self::AnotherRelease, Self::Custody);
        }
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
            Self::Custody(Custody::Erased(said)) => message_json::to_json(said),
            Self::Custody(Custody::Held(said)) => message_json::to_json(said),
            Self::Custody(Custody::Released(said)) => message_json::to_json(said),
            Self::Erased | Self::AnotherRelease => Value::Null,
        }
    }

    /// Returns it in words.
    pub fn text(&self) -> String {
        match self {
            Self::Candidate(event) => event_lines(event),
            Self::Workspace(event) => workspace_event_lines(event),
            Self::Custody(custody) => custody.text(),
            Self::Erased => "the content was erased; a later entry about this subject says who asked for it".to_owned(),
            Self::AnotherRelease => "the content is of another release".to_owned(),
        }
    }

    /// Returns the trace of the call that led to the entry, by which its logs are found.
    pub fn trace(&self) -> Option<&str> {
        let traceparent = match self {
            Self::Candidate(event) => &event.traceparent,
            Self::Workspace(event) => &event.traceparent,
            Self::Custody(_) | Self::Erased | Self::AnotherRelease => return None,
        };
        Some(trace_id(traceparent)).filter(|id| !id.is_empty())
    }
}

impl Custody {
    fn text(&self) -> String {
        let by = |principal: Option<&Principal>| principal.map(|by| by.id.clone()).unwrap_or_default();
        match self {
            Self::Erased(said) => facts([
                ("erased by", by(said.erased_by.as_ref())),
                ("reason", said.reason.clone()),
                ("authority", said.authority.clone()),
            ]),
            Self::Held(said) => facts([("held by", by(said.placed_by.as_ref())), ("reason", said.reason.clone())]),
            Self::Released(said) => facts([
                ("released by", by(said.released_by.as_ref())),
                ("hold", said.hold_index.to_string()),
                ("reason", said.reason.clone()),
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::candidate::v1::workspace_event::Event;
    use countersign_api::candidate::v1::{StandingApproval, StandingApprovalRevoked};
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
