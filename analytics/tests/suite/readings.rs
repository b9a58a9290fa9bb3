//! What cannot be read is counted and said, and leaves no wrong number.

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::workspace_event::Event as WorkspaceBody;
use countersign_api::candidate::v1::{
    CandidateEvent, CandidateRejected, RejectionReason, StandingApproval, State, WorkspaceEvent,
};
use ledger_format::Leaf;
use prost::Message;
use serde_json::Value;

use super::bench::verified;
use super::figures::{rates, report_of, table};
use super::log::Log;
use super::story::{Story, name, principal, task};

/// Three candidates, each proposed and rejected: entries 0 to 5.
fn log() -> Log {
    let mut story = Story::new();
    for number in 0..3 {
        let mut candidate = story.propose(number, "generators/crm-rules", task(), "{}");
        story.reject(&mut candidate, "humans/anna", RejectionReason::Duplicate);
    }
    story.log
}

/// Appends an entry about the first candidate whose leaf is that of its rejection, but for what is changed.
fn append_like_rejection(log: &mut Log, change: impl FnOnce(&mut Leaf), content: Vec<u8>) {
    let mut leaf = Leaf::decode(&log.entries[1].leaf).expect("a leaf").to_owned_leaf();
    leaf.idempotency_key.push_str("/again");
    leaf.appended_at_us += 1_000_000;
    change(&mut leaf);
    log.append_leaf(leaf, content);
}

fn reading(report: &Value, word: &str) -> u64 {
    let rows = table(report, "readings")["rows"].as_array().expect("rows");
    rows.iter().filter(|row| row["reading"] == word).map(|row| row["entries"].as_u64().expect("a count")).sum()
}

#[tokio::test]
async fn an_entry_of_a_newer_release_is_counted_and_its_candidate_left_out() {
    let mut log = log();
    append_like_rejection(&mut log, |leaf| leaf.kind = "candidate_merged".to_owned(), b"whatever".to_vec());
    let (_bench, export) = verified(log).await;
    let report = report_of(&export).await;

    assert_eq!(reading(&report, "unknown_kind"), 1);
    assert_eq!(report["totals"]["entries_unknown_kind"], 1);
    assert_eq!(report["totals"]["candidates_left_out"], 1);
    assert_eq!(rates(&report, "rejections-by-all")["all"], (2, 2));
    let said = report["findings"][1].as_str().expect("a sentence");
    assert!(said.starts_with("1 entry is not in the figures: 1 of kinds"), "{said}");
}

#[tokio::test]
async fn what_happens_beside_the_candidates_is_known_and_changes_no_figure() {
    const NAME: &str = "workspaces/demo/standingApprovals/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55";
    let granted = |revision| WorkspaceEvent {
        subject: NAME.to_owned(),
        revision,
        actor: Some(principal("humans/anna")),
        event: Some(WorkspaceBody::StandingApprovalGranted(StandingApproval::default())),
        ..Default::default()
    };
    let of_grant = |leaf: &mut Leaf| {
        (leaf.kind, leaf.subject, leaf.subject_revision) = ("standing_approval_granted".to_owned(), NAME.to_owned(), 1);
    };
    let (_bench, export) = verified(log()).await;
    let without = report_of(&export).await;
    for (content, word) in [(granted(1), "known"), (granted(2), "unreadable")] {
        let mut log = log();
        append_like_rejection(&mut log, of_grant, content.encode_to_vec());
        let (_bench, export) = verified(log).await;
        let report = report_of(&export).await;
        assert_eq!(reading(&report, word), if word == "known" { 7 } else { 1 });
        assert_eq!(report["totals"]["candidates"], 3);
        assert_eq!(report["totals"]["candidates_left_out"], 0);
        assert_eq!(report["totals"]["decisions"], without["totals"]["decisions"]);
        assert_eq!(rates(&report, "rejections-by-all"), rates(&without, "rejections-by-all"));
    }
}

#[tokio::test]
async fn erased_content_leaves_the_export_verifiable_and_its_candidate_out() {
    let mut log = log();
    log.erase(0);
    log.erase(1);
    let (_bench, export) = verified(log).await;
    let report = report_of(&export).await;
    assert_eq!(reading(&report, "erased"), 2);
    assert_eq!(report["totals"]["candidates"], 2);
    assert_eq!(report["totals"]["candidates_left_out"], 1);
}

#[tokio::test]
async fn content_that_is_no_event_or_contradicts_its_leaf_is_unreadable() {
    let rejection = |candidate: &str, actor: &str, revision: i64| CandidateEvent {
        candidate: candidate.to_owned(),
        revision,
        actor: Some(principal(actor)),
        state: State::Rejected.into(),
        event: Some(Event::CandidateRejected(CandidateRejected::default())),
        ..Default::default()
    };
    let contents = [
        b"\xff\xff\xff".to_vec(),
        CandidateEvent { event: None, ..rejection(&name(0), "humans/anna", 2) }.encode_to_vec(),
        rejection(&name(1), "humans/anna", 2).encode_to_vec(),
        rejection(&name(0), "services/clock", 2).encode_to_vec(),
        rejection(&name(0), "humans/anna", 3).encode_to_vec(),
    ];
    for content in contents {
        let mut log = log();
        append_like_rejection(&mut log, |_| {}, content.clone());
        let (_bench, export) = verified(log).await;
        let report = report_of(&export).await;
        assert_eq!(reading(&report, "unreadable"), 1, "{content:?}");
        assert_eq!(report["totals"]["candidates_left_out"], 1);
    }
    let mut log = log();
    append_like_rejection(&mut log, |_| {}, rejection(&name(0), "humans/anna", 2).encode_to_vec());
    let (_bench, export) = verified(log).await;
    assert_eq!(reading(&report_of(&export).await, "unreadable"), 0, "one that agrees is known");
}

#[tokio::test]
async fn a_value_of_a_newer_release_is_a_category_of_its_own() {
    let mut log = log();
    let rejected = CandidateEvent {
        candidate: name(9),
        revision: 1,
        actor: Some(principal("humans/anna")),
        state: 77,
        event: Some(Event::CandidateRejected(CandidateRejected { reason: 88, note: String::new() })),
        ..Default::default()
    };
    log.append("candidate_rejected", &rejected);
    let (_bench, export) = verified(log).await;
    let report = report_of(&export).await;
    let categories = |id: &str| {
        let rows = table(&report, id)["rows"].as_array().expect("rows").clone();
        rows.into_iter().map(|row| row["category"].as_str().expect("a category").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(categories("rejection-reasons-by-all"), ["DUPLICATE", "UNKNOWN_88"]);
    assert_eq!(categories("states-by-all"), ["REJECTED", "UNKNOWN_77"]);
}
