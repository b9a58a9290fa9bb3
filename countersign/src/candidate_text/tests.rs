use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{
    Attempt, AttemptOutcome, CandidateEdited, CandidateEvent, CandidateProposed, CandidateRejected, Confidence,
    ConfidenceBasis, ConfidenceLevel, Evidence, EvidenceField, EvidenceQuestion, Execution, ExecutionResult,
    ExternalReference, Fault, FieldChange, FieldLabel, Impact, Payload, PayloadRecord, RecordReference, RecordedEvent,
    Rework, Risk, RiskTier, SourceField, State, Trigger,
};
use countersign_api::r#type::v1::Principal;

use super::*;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The payload as it was proposed, with a sign in it that would turn the rest of the line round.
const NOTED: &str = "{\"due\":\"2026-11-30\",\"notes\":\"call first\u{202E}\"}";

fn anna() -> Principal {
    Principal { kind: 1, id: "humans/anna".into() }
}

fn candidate() -> Candidate {
    Candidate {
        name: "workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55".into(),
        revision: 6,
        etag: "r6".into(),
        state: State::Rework.into(),
        trigger: Some(Trigger {
            source_system: "crm".into(),
            r#type: "deal_exported".into(),
            source_id: "1C1I7A6R".into(),
            fields: vec![SourceField { name: "account".into(), value: String::new() }],
            ..Trigger::default()
        }),
        context_summary: "The deal has no account.\u{202E}".into(),
        known_unknowns: vec!["who the customer is".into()],
        missing_fields: vec!["account".into()],
        evidence: vec![Evidence {
            number: 1,
            kind: "record_field".into(),
            title: "Deal without account".into(),
            fields: vec![EvidenceField { name: "deal_stage".into(), value: "Engaging".into() }],
            added_by: Some(Principal { kind: 2, id: "generators/crm-rules".into() }),
            ..Evidence::default()
        }],
        confidence: Some(Confidence {
            level: ConfidenceLevel::High.into(),
            basis: ConfidenceBasis::IdMatch.into(),
            note: "the deal's id is unique".into(),
        }),
        risk: Some(Risk {
            tier: RiskTier::ApprovalRequired.into(),
            impact: Impact::OwnerTask.into(),
            reasons: vec!["default of the action type".into()],
        }),
        action_type: "create_task".into(),
        payload: Some(Payload {
            canonical_json: r#"{"due":"2026-12-02"}"#.into(),
            digest: vec![7; 32],
            ..Payload::default()
        }),
        rework: Some(Rework { reason: "wrong day".into(), fault: Fault::Edit.into(), ..Rework::default() }),
        execution: Some(Execution {
            attempts: vec![Attempt { number: 1, outcome: AttemptOutcome::Succeeded.into(), ..Attempt::default() }],
            result: Some(ExecutionResult {
                references: vec![ExternalReference {
                    system: "sandbox".into(),
                    object_type: "task".into(),
                    id: "42".into(),
                    ..ExternalReference::default()
                }],
                changes: vec![FieldChange {
                    field: "product".into(),
                    before: "GTXPro".into(),
                    after: "GTX Pro".into(),
                }],
                ..ExecutionResult::default()
            }),
            ..Execution::default()
        }),
        ..Candidate::default()
    }
}

fn executed_and_sent_back() -> GetCandidateResponse {
    let proposed = CandidateEvent {
        actor: Some(Principal { kind: 2, id: "generators/crm-rules".into() }),
        event: Some(Event::CandidateProposed(CandidateProposed {
            payload: Some(Payload { canonical_json: NOTED.into(), digest: vec![6; 32], ..Payload::default() }),
            owner: "humans/anna".into(),
            owner_reason: "rule 2: the record's owner".into(),
            owner_team: "sales".into(),
            ..CandidateProposed::default()
        })),
        ..CandidateEvent::default()
    };
    let edited = CandidateEvent {
        traceparent: format!("00-{TRACE}-00f067aa0ba902b7-01"),
        actor: Some(anna()),
        state: State::Edited.into(),
        event: Some(Event::CandidateEdited(CandidateEdited {
            payload: Some(Payload {
                canonical_json: r#"{"due":"2026-12-02"}"#.into(),
                digest: vec![7; 32],
                ..Payload::default()
            }),
            digest_before: vec![6; 32],
            approvals_dropped: 1,
            patch_json: r#"[{"op":"replace","path":"/due","value":"2026-12-02"},{"op":"remove","path":"/notes"}]"#
                .into(),
            note: "two more days".into(),
            ..CandidateEdited::default()
        })),
        ..CandidateEvent::default()
    };
    let rejected = CandidateEvent {
        actor: Some(anna()),
        event: Some(Event::CandidateRejected(CandidateRejected { note: "too late".into(), ..Default::default() })),
        ..CandidateEvent::default()
    };
    let recorded = |event: CandidateEvent, entry_index| RecordedEvent {
        event: Some(event),
        recorded: true,
        entry_index,
        ..RecordedEvent::default()
    };
    GetCandidateResponse {
        candidate: Some(candidate()),
        history: vec![recorded(proposed, 4710), recorded(edited, 4711), recorded(rejected, 4712)],
        allowed_transitions: vec!["edit".into(), "reject".into(), "send_back".into(), "expire".into()],
        conflicts: Vec::new(),
        rejection_remembered_until: None,
    }
}

fn shown() -> String {
    let action_type = ActionType {
        name: "create_task".into(),
        labels: vec![FieldLabel { pointer: "/due".into(), label: "Due date".into() }],
        ..ActionType::default()
    };
    whole(&executed_and_sent_back(), &[action_type])
}

#[test]
fn it_answers_what_one_can_ask_about_a_candidate() {
    let text = shown();
    let answers = [
        ("which event, from which system", "crm deal_exported 1C1I7A6R"),
        ("which facts", "account ="),
        ("what was looked at", "deal_stage = Engaging"),
        ("what is missing", "missing            account"),
        ("what is unknown", "who the customer is"),
        ("how reliable", "HIGH, by ID_MATCH"),
        ("how bad", "APPROVAL_REQUIRED, would touch OWNER_TASK"),
        ("what would run", "Due date           2026-12-02"),
        ("who decided", "edited by humans/anna, now EDITED"),
        ("why", "two more days"),
        ("what exactly changed", r#""path":"/due","value":"2026-12-02""#),
        ("what stood before", r#"Due date: "2026-11-30" → "2026-12-02""#),
        ("what was taken away", r#"/notes: "call first\u{202e}" → (nothing)"#),
        ("who found the owner, for which team", "owner humans/anna of team sales: rule 2: the record's owner"),
        ("what nobody stated of the evidence", "added by generators/crm-rules, read not stated, sha256 not stated"),
        ("which bytes were refused", "too late\n                                    digest 0707070707070707…"),
        ("which bytes are meant now", &"07".repeat(32)),
        ("what fell with the edit", "1 approval fell"),
        ("where the ledger has it", "entry 4711"),
        ("which trace led to it", &format!("trace {TRACE}")),
        ("what was made", "sandbox task 42"),
        ("before and after", "product: GTXPro → GTX Pro"),
        ("where the fault lay", "the fault lay in: EDIT"),
        ("what one can do now, by command", "edit, reject, rework\n"),
        ("which candidate, by its whole name", "workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55"),
    ];
    for (question, answer) in answers {
        assert!(text.contains(answer), "{question}: `{answer}` is not in\n{text}");
    }
}

#[test]
fn text_of_others_cannot_steer_the_terminal() {
    let text = shown();
    assert!(!text.contains('\u{202E}') && text.contains("\\u{202e}"), "{text}");
}

#[test]
fn evidence_shows_its_hash_and_when_it_was_read_and_what_is_still_asked_for() {
    let mut response = executed_and_sent_back();
    let candidate = response.candidate.as_mut().expect("a candidate");
    candidate.evidence[0].content_sha256 = vec![0xab; 32];
    candidate.evidence[0].read_time = Some(prost_types::Timestamp { seconds: 1_795_000_000, nanos: 0 });
    candidate.evidence_question = Some(EvidenceQuestion {
        question: "Which account is it?".into(),
        kinds: vec!["form_value".into()],
        asked_by: Some(anna()),
    });
    let text = whole(&response, &[]);
    let shown = |words: &str| assert!(text.contains(words), "`{words}` is not in:\n{text}");
    shown(&format!("added by generators/crm-rules, read 2026-11-18 11:06:40, sha256 {}", "ab".repeat(32)));
    shown("Which account is it?");
    shown("by humans/anna, of kind: form_value");
}

#[test]
fn what_the_proposer_did_not_name_is_said_to_be_none() {
    let candidate = Candidate::default();
    let text = whole(&GetCandidateResponse { candidate: Some(candidate), ..GetCandidateResponse::default() }, &[]);
    for question in ["missing            ", "unknown            ", "evidence           "] {
        assert!(text.contains(&format!("{question}none was named")), "{question} in\n{text}");
    }
}

#[test]
fn a_payload_about_another_record_is_doubted_before_anything_else() {
    let record = RecordReference { object_type: "deal".into(), id: "OP-9999".into(), ..RecordReference::default() };
    let canonical_json = r#"{"object_type":"deal","record_id":"OP-2029","text":"x"}"#.into();
    let candidate = Candidate {
        action_type: "add_note".into(),
        record: Some(record),
        payload: Some(Payload { canonical_json, ..Payload::default() }),
        ..Candidate::default()
    };
    let pointers = PayloadRecord { object_type_pointer: "/object_type".into(), id_pointer: "/record_id".into() };
    let action_types =
        [ActionType { name: "add_note".into(), payload_record: Some(pointers), ..ActionType::default() }];
    let doubt = "the payload changes deal OP-2029, but the record named is deal OP-9999";
    // Whoever is asked to approve reads it, too.
    let response = GetCandidateResponse { candidate: Some(candidate.clone()), ..GetCandidateResponse::default() };
    for text in [proposal(&candidate, &action_types), whole(&response, &action_types)] {
        let (first, _) = text.split_once("What would run").expect("a section");
        assert!(first.contains(doubt), "{text}");
    }
}
