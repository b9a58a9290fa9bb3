//! What comes of an approved change.

use countersign_api::candidate::v1::{
    ApproveCandidateRequest, ClaimExecutionsRequest, EditCandidateRequest, FailureClass, PolicyRevision, State,
    WorkspaceEvent, edit_candidate_request::Change, workspace_event::Event as WorkspaceBody,
};
use ledger_format::{Hash, Leaf};
use prost::Message;
use serde_json::json;

use super::{change, decided, in_force, listed, quorum, settled, three_look, two_look};
use crate::tests::support::{Bench, approve, drain_all, edit, proposal};

#[tokio::test]
async fn an_approved_policy_judges_what_is_proposed_or_edited_from_then_on() {
    let bench = Bench::open().await;
    let before = bench.propose("p1", proposal("1")).await;
    let change = bench.propose("p2", change(&two_look(), 1)).await;
    let applied = decided(&bench, &change, "a").await;
    assert_eq!(applied.state(), State::Executed);
    let result = applied.execution.expect("an execution").result.expect("a result");
    assert_eq!((result.references[0].object_type.as_str(), result.references[0].id.as_str()), ("policy_revision", "2"));

    let policy = in_force(&bench).await;
    assert_eq!((policy.revision, policy.policy_toml), (2, two_look()));
    assert_eq!(policy.candidate, change.name);
    let digest = Hash::try_from(policy.policy_digest.as_slice()).expect("a digest");
    assert_eq!(digest.to_string(), result.changes[0].after);
    assert_eq!(quorum(&bench.propose("p3", proposal("3")).await), 2);
    // What was open keeps its verdict until somebody edits it.
    assert_eq!(quorum(&bench.candidate(&before.name).await), 1);
    bench.reviewer("humans/ben").edit_candidate(edit(&before, "e", "2026-12-02")).await.expect("edited");
    assert_eq!(quorum(&bench.candidate(&before.name).await), 2);

    let bench = bench.restart().await;
    assert_eq!((quorum(&bench.propose("p4", proposal("4")).await), listed(&bench).await), (2, vec![2, 1]));
}

#[tokio::test]
async fn the_ledger_has_the_outcome_and_the_policy() {
    let bench = Bench::open().await;
    let change = bench.propose("p", change(&two_look(), 1)).await;
    decided(&bench, &change, "a").await;
    bench.recorded().await;

    let kinds = |kind: &str| {
        let entries = bench.ledger.entries();
        let is_kind = |entry: &_| matches!(Leaf::decode(entry_leaf(entry)), Ok(leaf) if leaf.kind == kind);
        entries.into_iter().filter(is_kind).collect::<Vec<_>>()
    };
    for kind in ["candidate_approved", "execution_started", "candidate_executed", "policy_applied"] {
        assert_eq!(kinds(kind).len(), 1, "{kind}");
    }
    let entry = kinds("policy_applied").remove(0);
    let leaf = Leaf::decode(&entry.leaf).expect("a leaf");
    assert_eq!((leaf.subject, leaf.subject_revision), ("workspaces/demo/policy", 2));
    let event = WorkspaceEvent::decode(entry.content).expect("an event");
    assert_eq!(event.actor.expect("an actor").id, "services/candidates");
    let Some(WorkspaceBody::PolicyApplied(PolicyRevision { revision, policy_toml, candidate, .. })) = event.event
    else {
        panic!("another event");
    };
    assert_eq!((revision, policy_toml, candidate), (2, two_look(), change.name));
}

fn entry_leaf(entry: &countersign_api::ledger::v1::Entry) -> &[u8] {
    &entry.leaf
}

/// C-2.
#[tokio::test]
async fn nothing_comes_into_force_before_the_approval_is_recorded() {
    let bench = Bench::open().await;
    let change = bench.propose("p", change(&two_look(), 1)).await;
    bench.recorded().await;
    bench.ledger.set_down(true);
    let mut appends = bench.ledger.appends();
    appends.mark_unchanged();
    bench.reviewer("humans/ben").approve_candidate(approve(&change, "a")).await.expect("approved");
    appends.changed().await.expect("the relay tries");
    assert_eq!(quorum(&bench.propose("q", proposal("1")).await), 1);
    assert_eq!((bench.candidate(&change.name).await.state(), in_force(&bench).await.revision), (State::Approved, 1));

    // An approval that waits is taken up by the next start, too.
    let bench = bench.restart().await;
    bench.ledger.set_down(false);
    let mut settled = Box::pin(settled(&bench, &change.name));
    let applied = loop {
        tokio::select! {
            applied = &mut settled => break applied,
            () = tokio::task::yield_now() => bench.clock.advance(std::time::Duration::from_millis(1)),
        }
    };
    assert_eq!((applied.state(), in_force(&bench).await.revision), (State::Executed, 2));
}

#[tokio::test]
async fn no_executor_is_handed_a_change_of_the_policy() {
    let bench = Bench::open().await;
    bench.ledger.set_down(true);
    let change = bench.propose("p", change(&two_look(), 1)).await;
    bench.reviewer("humans/ben").approve_candidate(approve(&change, "a")).await.expect("approved");
    // It is approved and waits for the ledger. A drain would wait for it if it could ever be claimed.
    let request = ClaimExecutionsRequest { operations: vec!["change_policy".into()], ..drain_all() };
    assert!(bench.permits(request).await.is_empty());
    assert_eq!(bench.candidate(&change.name).await.state(), State::Approved);
}

#[tokio::test]
async fn of_two_that_were_written_for_one_revision_the_later_fails_and_can_be_rebased() {
    let bench = Bench::open().await;
    let first = bench.propose("p1", change(&two_look(), 1)).await;
    let second = bench.propose("p2", change(&three_look(), 1)).await;
    bench.ledger.set_down(true);
    let mut ben = bench.reviewer("humans/ben");
    ben.approve_candidate(approve(&first, "a1")).await.expect("approved");
    let seen = ApproveCandidateRequest { acknowledged_conflicts: vec![first.name.clone()], ..approve(&second, "a2") };
    ben.approve_candidate(seen).await.expect("approved");
    let bench = bench.restart().await;
    bench.ledger.set_down(false);
    let both = async { (settled(&bench, &first.name).await, settled(&bench, &second.name).await) };
    let mut both = Box::pin(both);
    let (applied, failed) = loop {
        tokio::select! {
            both = &mut both => break both,
            () = tokio::task::yield_now() => bench.clock.advance(std::time::Duration::from_millis(1)),
        }
    };
    assert_eq!((applied.state(), failed.state()), (State::Executed, State::Failed));
    let failure = failed.execution.as_ref().expect("an execution").attempts[0].failure.clone().expect("a failure");
    assert_eq!(failure.class(), FailureClass::Precondition);
    assert!(failure.message.contains("revision `1`") && failure.message.contains("`2` is in force"), "{failure:?}");
    assert_eq!(in_force(&bench).await.revision, 2);

    // Anna writes it anew on top of what is in force; Ben approves that.
    let rebase = EditCandidateRequest {
        name: failed.name.clone(),
        request_id: "e".into(),
        etag: failed.etag.clone(),
        change: Some(Change::PatchJson(json!([{ "op": "replace", "path": "/base_revision", "value": 2 }]).to_string())),
        note: "On top of two.".into(),
    };
    let rebased = bench.reviewer("humans/anna").edit_candidate(rebase).await.expect("edited").into_inner().candidate;
    let mut rebased = rebased.expect("a candidate");
    for (number, person) in ["humans/ben", "humans/cara"].into_iter().enumerate() {
        // What was changed meanwhile is a conflict that they have seen.
        let acknowledged_conflicts = vec![first.name.clone()];
        let request = ApproveCandidateRequest { acknowledged_conflicts, ..approve(&rebased, &format!("b{number}")) };
        let answer = bench.reviewer(person).approve_candidate(request).await.expect("approved").into_inner();
        rebased = answer.candidate.expect("a candidate");
    }
    assert_eq!(settled(&bench, &rebased.name).await.state(), State::Executed);
    assert_eq!((in_force(&bench).await.policy_toml, listed(&bench).await), (three_look(), vec![3, 2, 1]));
}

crate::tests::support::on_postgres!(
    an_approved_policy_judges_what_is_proposed_or_edited_from_then_on,
    the_ledger_has_the_outcome_and_the_policy,
    nothing_comes_into_force_before_the_approval_is_recorded,
    no_executor_is_handed_a_change_of_the_policy,
    of_two_that_were_written_for_one_revision_the_later_fails_and_can_be_rebased,
);
