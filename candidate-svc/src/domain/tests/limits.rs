//! Every limit at one below, at, and one above.

use super::cast::{ANNA, EXECUTOR, actor};
use super::story::{Story, evidence, failure, result};
use crate::domain::limits::*;
use crate::domain::*;

fn words(bytes: usize) -> String {
    "x".repeat(bytes)
}

/// Holds a limit: `fits` is asked with one below, at, and one above, and the refusal must name `field`.
fn holds(field: &str, limit: usize, fits: impl Fn(usize) -> Result<(), Refusal>) {
    for size in [limit - 1, limit] {
        fits(size).unwrap_or_else(|refusal| panic!("{field} of {size}: {refusal}"));
    }
    match fits(limit + 1) {
        Err(Refusal::Malformed { field: named, .. }) => assert_eq!(named, field),
        Err(other) => panic!("{field}: {other}"),
        Ok(()) => panic!("{field}: one above `{limit}` went through"),
    }
}

fn proposing(change: impl Fn(&mut Propose, usize)) -> impl Fn(usize) -> Result<(), Refusal> {
    move |size| {
        let mut story = Story::new();
        let mut proposal = story.proposal();
        change(&mut proposal, size);
        story.propose(proposal)
    }
}

fn asking(
    begin: fn() -> Story,
    who: &'static str,
    command: impl Fn(&mut Story, usize) -> Command,
) -> impl Fn(usize) -> Result<(), Refusal> {
    move |size| {
        let mut story = begin();
        let command = command(&mut story, size);
        story.attempt(&actor(who), &command)
    }
}

fn trigger(proposal: &mut Propose) -> &mut Trigger {
    std::sync::Arc::get_mut(&mut proposal.proposal.trigger).expect("nobody else has it")
}

fn record() -> RecordReference {
    RecordReference {
        system: "crm".into(),
        object_type: "deal".into(),
        id: "D-17".into(),
        ..RecordReference::default()
    }
}

fn link(bytes: usize) -> String {
    let site = "https://crm.example/";
    format!("{site}{}", words(bytes - site.len()))
}

fn field(bytes: usize) -> SourceField {
    SourceField { name: "account".into(), value: words(bytes) }
}

#[test]
fn of_what_a_proposer_says() {
    holds(
        "proposal.context_summary",
        CONTEXT_SUMMARY_MAX_BYTES,
        proposing(|p, n| p.proposal.context_summary = words(n)),
    );
    holds("proposal.reason", REASON_MAX_BYTES, proposing(|p, n| p.proposal.reason = words(n)));
    holds("proposal.confidence.note", MESSAGE_MAX_BYTES, proposing(|p, n| p.proposal.confidence.note = words(n)));
    holds("proposal.dedup_key", DEDUP_KEY_MAX_BYTES, proposing(|p, n| p.proposal.dedup_key = words(n)));
    holds("proposal.generator.name", NAME_MAX_BYTES, proposing(|p, n| p.proposal.generator.name = words(n)));
    holds("proposal.generator.model", NAME_MAX_BYTES, proposing(|p, n| p.proposal.generator.model = words(n)));
    holds(
        "proposal.generator.prompt_version",
        NAME_MAX_BYTES,
        proposing(|p, n| p.proposal.generator.prompt_version = words(n)),
    );
    holds("proposal.known_unknowns", LIST_MAX_ITEMS, proposing(|p, n| p.proposal.known_unknowns = vec![words(1); n]));
    holds(
        "proposal.known_unknowns[0]",
        LIST_ITEM_MAX_BYTES,
        proposing(|p, n| p.proposal.known_unknowns = vec![words(n)]),
    );
    holds("proposal.missing_fields", LIST_MAX_ITEMS, proposing(|p, n| p.proposal.missing_fields = vec![words(1); n]));
    holds("proposal.evidence_numbers", EVIDENCE_MAX_ITEMS, proposing(|p, n| p.proposal.evidence_numbers = vec![1; n]));
}

#[test]
fn of_what_other_systems_are_called() {
    let of_record = |change: fn(&mut RecordReference, usize)| {
        proposing(move |p, n| {
            let mut named = record();
            change(&mut named, n);
            p.proposal.record = Some(named);
        })
    };
    holds("proposal.record.system", NAME_MAX_BYTES, of_record(|record, n| record.system = words(n)));
    holds("proposal.record.object_type", NAME_MAX_BYTES, of_record(|record, n| record.object_type = words(n)));
    holds("proposal.record.id", NAME_MAX_BYTES, of_record(|record, n| record.id = words(n)));
    holds("proposal.record.display_name", NAME_MAX_BYTES, of_record(|record, n| record.display_name = words(n)));
    holds("proposal.record.link", LINK_MAX_BYTES, of_record(|record, n| record.link = link(n)));
    holds("proposal.trigger.source_system", NAME_MAX_BYTES, proposing(|p, n| trigger(p).source_system = words(n)));
    holds("proposal.trigger.type", NAME_MAX_BYTES, proposing(|p, n| trigger(p).kind = words(n)));
    holds("proposal.trigger.source_id", NAME_MAX_BYTES, proposing(|p, n| trigger(p).source_id = words(n)));
    holds("proposal.trigger.fields", TRIGGER_MAX_FIELDS, proposing(|p, n| trigger(p).fields = vec![field(1); n]));
    holds(
        "proposal.trigger.fields[0].value",
        FIELD_VALUE_MAX_BYTES,
        proposing(|p, n| trigger(p).fields = vec![field(n)]),
    );
}

#[test]
fn of_evidence() {
    let of_item = |change: fn(&mut EvidenceItem, usize)| proposing(move |p, n| change(&mut p.evidence[0], n));
    holds("proposal.evidence", EVIDENCE_MAX_ITEMS, proposing(|p, n| p.evidence = vec![evidence("note"); n]));
    holds("proposal.evidence[0].title", EVIDENCE_TITLE_MAX_BYTES, of_item(|item, n| item.title = words(n)));
    holds("proposal.evidence[0].summary", EVIDENCE_SUMMARY_MAX_BYTES, of_item(|item, n| item.summary = words(n)));
    holds("proposal.evidence[0].link", LINK_MAX_BYTES, of_item(|item, n| item.link = link(n)));
    holds(
        "proposal.evidence[0].fields",
        EVIDENCE_MAX_FIELDS,
        of_item(|item, n| item.fields = vec![item.fields[0].clone(); n]),
    );
    holds(
        "proposal.evidence[0].fields[0].value",
        FIELD_VALUE_MAX_BYTES,
        of_item(|item, n| item.fields[0].value = words(n)),
    );
}

#[test]
fn of_evidence_over_the_whole_life() {
    let add = |story: &mut Story, n: usize| {
        let kept = story.it().evidence.len();
        Command::AddEvidence(AddEvidence { etag: story.etag(), evidence: vec![evidence("note"); n - kept] })
    };
    holds("evidence", EVIDENCE_MAX_ITEMS, asking(Story::proposed, ANNA, add));
}

#[test]
fn of_what_people_say() {
    let reject = |story: &mut Story, n| {
        Command::Reject(Reject { etag: story.etag(), reason: RejectionReason::Other, note: words(n) })
    };
    holds("note", NOTE_MAX_BYTES, asking(Story::proposed, ANNA, reject));
    let approve = |story: &mut Story, n| Command::Approve(Approve { note: words(n), ..story.approval() });
    holds("note", NOTE_MAX_BYTES, asking(Story::proposed, ANNA, approve));
    let hold = |story: &mut Story, n| {
        Command::Hold(Hold { etag: story.etag(), reason: words(n), until_at: None, until_evidence: false })
    };
    holds("reason", NOTE_MAX_BYTES, asking(Story::proposed, ANNA, hold));
    let ask = |story: &mut Story, n| {
        Command::RequestEvidence(RequestEvidence { etag: story.etag(), question: words(n), kinds: Vec::new() })
    };
    holds("question", NOTE_MAX_BYTES, asking(Story::proposed, ANNA, ask));
    let ask = |story: &mut Story, n| {
        let kinds = vec!["note".parse().expect("a kind"); n];
        Command::RequestEvidence(RequestEvidence { etag: story.etag(), question: words(1), kinds })
    };
    holds("kinds", QUESTION_MAX_KINDS, asking(Story::proposed, ANNA, ask));
    let send_back = |story: &mut Story, n| {
        Command::SendBack(SendBack { etag: story.etag(), reason: words(n), fault: Fault::Execution })
    };
    holds("reason", NOTE_MAX_BYTES, asking(Story::executed, ANNA, send_back));
}

#[test]
fn of_what_executors_say() {
    let succeed = |change: fn(&mut ExecutionResult, usize)| {
        asking(Story::executing, EXECUTOR, move |story, n| {
            let mut result = result();
            change(&mut result, n);
            Command::ReportSuccess(ReportSuccess { fence: story.fence(), result })
        })
    };
    let changed = || FieldChange { field: "due".into(), before: String::new(), after: String::new() };
    holds(
        "succeeded.references",
        RESULT_MAX_REFERENCES,
        succeed(|result, n| result.references = vec![result.references[0].clone(); n]),
    );
    holds("succeeded.references[0].id", NAME_MAX_BYTES, succeed(|result, n| result.references[0].id = words(n)));
    holds("succeeded.references[0].link", LINK_MAX_BYTES, succeed(|result, n| result.references[0].link = words(n)));
    let many = asking(Story::executing, EXECUTOR, move |story, n| {
        let result = ExecutionResult { changes: vec![changed(); n], ..ExecutionResult::default() };
        Command::ReportSuccess(ReportSuccess { fence: story.fence(), result })
    });
    holds("succeeded.changes", RESULT_MAX_CHANGES, many);
    let fail = |story: &mut Story, n| {
        let failure = Failure { message: words(n), ..failure(false) };
        Command::ReportFailure(ReportFailure { fence: story.fence(), failure })
    };
    holds("failed.message", MESSAGE_MAX_BYTES, asking(Story::executing, EXECUTOR, fail));
    let lose =
        |story: &mut Story, n| Command::LoseTrack(LoseTrack::Executor { fence: story.fence(), message: words(n) });
    holds("unknown", MESSAGE_MAX_BYTES, asking(Story::executing, EXECUTOR, lose));
}

#[test]
fn of_leases() {
    let extend = |lease_ms: u64| {
        let mut story = Story::executing();
        let command = Command::ExtendClaim(ExtendClaim { fence: story.fence(), lease_ms });
        story.attempt(&actor(EXECUTOR), &command)
    };
    for lease_ms in [LEASE_MIN_MS, LEASE_MIN_MS + 1, LEASE_MAX_MS - 1, LEASE_MAX_MS] {
        extend(lease_ms).expect("within the limits");
    }
    for lease_ms in [LEASE_MIN_MS - 1, LEASE_MAX_MS + 1] {
        assert!(matches!(extend(lease_ms), Err(Refusal::Malformed { .. })), "{lease_ms}");
    }
}

#[test]
fn of_payloads() {
    let mut story = Story::new();
    // The schema would stop long before the size does.
    story.action_type.schema = PayloadSchema::compile(&serde_json::json!({ "type": "object" })).expect("a schema");
    let of_bytes = |bytes: usize| {
        let frame = r#"{"subject":""}"#.len();
        format!(r#"{{"subject":"{}"}}"#, words(bytes - frame))
    };
    let limit = ledger_format::PAYLOAD_MAX_BYTES;
    for bytes in [limit - 1, limit] {
        story
            .clone()
            .propose(Propose { payload: PayloadDraft::read(&of_bytes(bytes)), ..story.proposal() })
            .expect("it fits");
    }
    let proposal = Propose { payload: PayloadDraft::read(&of_bytes(limit + 1)), ..story.proposal() };
    let refusal = story.propose(proposal).expect_err("one above");
    assert_eq!(refusal, Refusal::PayloadTooLarge { bytes: limit + 1, max_bytes: limit });
}

#[test]
fn of_patches() {
    let operations = |n: usize| {
        let mut story = Story::proposed();
        let test = r#"{"op":"test","path":"/owner","value":"humans/anna"}"#;
        let replace = r#"{"op":"replace","path":"/due","value":"2026-12-02"}"#;
        let mut operations = vec![test; n - 1];
        operations.push(replace);
        let edit = story.edit(Change::Patch(format!("[{}]", operations.join(","))));
        story.attempt(&actor(ANNA), &edit)
    };
    for count in [PATCH_MAX_OPERATIONS - 1, PATCH_MAX_OPERATIONS] {
        operations(count).expect("within the limit");
    }
    let refusal = operations(PATCH_MAX_OPERATIONS + 1).expect_err("one above");
    assert!(matches!(refusal, Refusal::Patch { operation: None, .. }), "{refusal}");

    let bytes = |n: usize| {
        let mut story = Story::proposed();
        let patch = r#"[{"op":"replace","path":"/due","value":"2026-12-02"}]"#;
        let edit = story.edit(Change::Patch(format!("{patch}{}", " ".repeat(n - patch.len()))));
        story.attempt(&actor(ANNA), &edit)
    };
    for count in [PATCH_MAX_BYTES - 1, PATCH_MAX_BYTES] {
        bytes(count).expect("within the limit");
    }
    let refusal = bytes(PATCH_MAX_BYTES + 1).expect_err("one above");
    assert!(matches!(refusal, Refusal::Patch { operation: None, .. }), "{refusal}");
}

#[test]
fn a_derived_patch_is_never_longer_than_a_patch_may_be() {
    let mut story = Story::new();
    story.action_type.schema = PayloadSchema::compile(&serde_json::json!({ "type": "object" })).expect("a schema");
    let keyed = |value: u32| {
        let members: Vec<String> = (0..700).map(|n| format!(r#""{}{n}":{value}"#, words(60))).collect();
        format!("{{{}}}", members.join(","))
    };
    story.propose(Propose { payload: PayloadDraft::read(&keyed(1)), ..story.proposal() }).expect("it fits");
    let edit = story.edit(Change::Whole(keyed(2)));
    story.tell(ANNA, edit);
    let EventBody::CandidateEdited(facts) = &story.events[1].body else { panic!("an edit") };
    assert!(facts.patch_json.len() <= PATCH_MAX_BYTES + 64, "{}", facts.patch_json.len());
    assert!(facts.patch_json.starts_with(r#"[{"op":"replace","path":"","value":"#));
}
