//! Which policy judges within one commit, and what the schema keeps of those that were in force.
// On one database alone: the rules are the schema's, and `schema_on_postgres.rs` asks the other one.

use std::collections::HashMap;

use countersign_api::name::CandidateName;
use serde_json::json;
use uuid::Uuid;

use super::shelf::{Shelf, ask, judge};
use crate::{
    domain::{
        Actor, Approve, Candidate, Command, Moment, PayloadDraft, Propose, RecordedAt, State,
        tests::{
            cast::{BEN, RULES, actor},
            story::Story,
        },
    },
    policy::PolicySource,
    store::{
        ApplyPolicyJob, Ask, CommandJob, Denial, Judge, ProposeJob,
        batch::{Batch, Known},
        job::{Answer, Job},
    },
};

fn two_look() -> String {
    PolicySource::BuiltIn.text().replace("quorum = 1\nfour", "quorum = 2\nfour")
}

fn named(number: u128) -> Propose {
    let propose = Story::new().proposal();
    Propose { name: CandidateName::new(propose.name.workspace.clone(), Uuid::from_u128(number)), ..propose }
}

fn change(number: u128) -> Propose {
    let payload = json!({ "policy_toml": two_look(), "base_revision": 1, "summary": "Two look." });
    let mut propose = Propose { payload: PayloadDraft::read(&payload.to_string()), ..named(number) };
    propose.proposal.action_type = "change_policy".parse().expect("a name");
    propose
}

fn propose(request_id: &str, propose: Propose) -> Job {
    Job::Propose(Box::new(ProposeJob { ask: ask(&actor(RULES), request_id), propose }))
}

fn approve(candidate: &Candidate) -> Job {
    let command = Command::Approve(Approve {
        etag: candidate.etag(),
        digest: candidate.payload.digest(),
        note: String::new(),
        acknowledged_conflicts: Vec::new(),
    });
    let job = CommandJob { ask: ask(&actor(BEN), "a"), candidate: candidate.name.clone(), command, in_batch: false };
    Job::Command(Box::new(job))
}

fn apply(candidate: &Candidate) -> Job {
    let revision = candidate.revision;
    let ask = Ask { actor: Actor::candidate_svc().into(), request: None, traceparent: String::new() };
    let recorded_at = RecordedAt { revision, ordinal: 0, entry_index: 7, checkpoint_size: 8 };
    Job::ApplyPolicy(Box::new(ApplyPolicyJob { ask, candidate: candidate.name.clone(), recorded_at }))
}

fn candidate(answer: Answer) -> Candidate {
    Candidate::clone(&answer.into_candidate().expect("done").candidate)
}

fn judge_alone() -> Judge {
    let folder = tempfile::tempdir().expect("a folder");
    judge(folder.path())
}

#[test]
fn a_batch_judges_by_the_new_policy_from_the_job_on_that_applies_it() {
    let judge = judge_alone();
    let mut batch = Batch::new(&judge, now(), Known::default());
    let before = candidate(batch.answer(propose("p1", named(1))));
    let changing = candidate(batch.answer(propose("p2", change(2))));
    let approved = candidate(batch.answer(approve(&changing)));
    let applied = candidate(batch.answer(apply(&approved)));
    let after = candidate(batch.answer(propose("p3", named(3))));
    assert_eq!((before.policy.quorum, after.policy.quorum), (1, 2));
    assert!(matches!(applied.state, State::Executed));

    // The same approval is not applied twice.
    let again = batch.answer(apply(&approved)).into_candidate().expect_err("it was");
    assert!(matches!(again, Denial::Refused(_)), "{again}");

    let (writes, _) = batch.finish();
    let revisions: Vec<u64> = writes.policy_revisions.iter().map(|revision| revision.revision).collect();
    assert_eq!((revisions, writes.policy_files.len()), (vec![1, 2], 1));
    let kinds: Vec<&str> = writes.events.iter().map(|event| event.kind).collect();
    let applied = ["execution_started", "candidate_executed", "policy_applied"];
    assert!(kinds.windows(3).any(|kinds| kinds == applied), "{kinds:?}");
}

#[test]
fn what_is_refused_begins_no_policy() {
    let judge = judge_alone();
    let mut batch = Batch::new(&judge, now(), Known::default());
    let unknown = Propose { payload: PayloadDraft::read("[]"), ..named(1) };
    batch.answer(propose("p1", unknown)).into_candidate().expect_err("no payload");
    let (writes, _) = batch.finish();
    assert!(writes.is_empty() && writes.policy_revisions.is_empty() && writes.in_force.is_empty());
}

#[test]
fn without_a_policy_nothing_is_proposed() {
    let broken = PolicySource::File { name: "policy.toml".into(), text: "quorum = 2".into() };
    let judge = judge_alone();
    let first_policy = broken.read(&judge.catalogue, &judge.approvers);
    let judge = Judge { first_policy, policies: HashMap::new(), ..judge };
    let mut batch = Batch::new(&judge, now(), Known::default());
    let refused = batch.answer(propose("p1", named(1))).into_candidate().expect_err("no policy");
    assert!(matches!(refused, Denial::FirstPolicyInvalid(_)), "{refused}");
}

#[tokio::test]
async fn revisions_are_append_only() {
    let shelf = Shelf::open().await;
    shelf.propose(&actor(RULES), "p", Story::new().proposal()).await.expect("a candidate");
    for sql in ["DELETE FROM policy_revisions", "UPDATE policy_revisions SET policy_toml = ''"] {
        let mut outsider = shelf.outsider().await;
        let refused = sqlx::query(sql).execute(&mut outsider).await.expect_err(sql);
        assert!(refused.to_string().contains("policy revisions are append-only"), "{sql}");
    }
}

fn now() -> Moment {
    Story::new().now
}
