//! What was approved ahead is executed only with the proof that a person had given that approval, on record, before.

use std::sync::Arc;

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{
    ApprovalCause, CandidateApproved, CandidateEvent, FailureClass, Permit, StandingApprovalProof,
};
use executor::Tally;
use ledger_format::{Leaf, PrincipalKind, Salt, commit_content};
use prost::Message;

use crate::{
    bench::Bench,
    connectors::Listener,
    desk::failed,
    log::{approving_leaf, candidate},
};

const PAYLOAD: &str = r#"{"object_type":"deal","record_id":"7","text":"Called."}"#;
const GRANT: &str = "workspaces/demo/standingApprovals/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55";
const SALT: [u8; 32] = [5; 32];

/// What may differ from an honest approval ahead.
struct Story {
    grant: Leaf,
    event: CandidateEvent,
}

impl Story {
    fn honest() -> Self {
        let approved = CandidateApproved {
            cause: ApprovalCause::StandingApproval.into(),
            standing_approval: GRANT.to_owned(),
            ..CandidateApproved::default()
        };
        let event = CandidateEvent {
            candidate: candidate(1).to_string(),
            revision: 1,
            ordinal: 1,
            event: Some(Event::CandidateApproved(approved)),
            ..CandidateEvent::default()
        };
        let approving = approving_leaf(&candidate(1), 1, ledger_format::PayloadDigest::new([0; 32]));
        let grant = Leaf {
            kind: "standing_approval_granted".to_owned(),
            subject: GRANT.to_owned(),
            payload_digest: None,
            ..approving
        };
        Self { grant, event }
    }

    fn with_grant(change: impl FnOnce(&mut Leaf)) -> Self {
        let mut story = Self::honest();
        change(&mut story.grant);
        story
    }

    fn with_approval(change: impl FnOnce(&mut CandidateApproved)) -> Self {
        let mut story = Self::honest();
        let Some(Event::CandidateApproved(approved)) = &mut story.event.event else { unreachable!("made above") };
        change(approved);
        story
    }

    /// Records grant and approval, and makes the permit.
    fn permit(self, bench: &Bench) -> Permit {
        let (grant_index, grant_leaf) = bench.log.record(&self.grant);
        bench.log.grow(2);
        let content = self.event.encode_to_vec();
        let mut approved = bench.log.approve_leaf(1, PAYLOAD, |leaf| {
            leaf.subject_revision = 1;
            leaf.commitment = commit_content(&Salt::new(SALT), &content);
        });
        approved.revision = 1;
        bench.log.grow(3);
        let standing_approval_proof = Some(StandingApprovalProof {
            approving_content: content,
            approving_salt: SALT.to_vec(),
            grant_entry_index: grant_index.cast_signed(),
            grant_entry_leaf: grant_leaf,
            grant_inclusion_proof: bench.log.prove(grant_index),
        });
        Permit { standing_approval_proof, ..bench.log.permit(&approved, "create_task") }
    }
}

async fn refuses(make: impl FnOnce(&Bench) -> Permit, words: &str) {
    let bench = Bench::new().await;
    let permit = make(&bench);
    let name = permit.candidate.clone();
    let listener = Arc::new(Listener::default());
    bench.desk.offer(permit);
    assert_eq!(bench.run(listener.clone()).await, Tally { failed: 1, ..Tally::default() }, "{words}");
    assert_eq!(listener.payloads(), Vec::<String>::new(), "{words}");
    let failure = failed(bench.desk.report_on(&name));
    assert_eq!(failure.class(), FailureClass::PermitRefused);
    assert!(failure.message.contains(words), "`{words}` is not in `{}`", failure.message);
}

fn shown(permit: &mut Permit) -> &mut StandingApprovalProof {
    permit.standing_approval_proof.as_mut().expect("a proof")
}

#[tokio::test]
async fn an_approval_that_rests_on_an_earlier_grant_is_executed() {
    let bench = Bench::new().await;
    let listener = Arc::new(Listener::default());
    bench.desk.offer(Story::honest().permit(&bench));
    assert_eq!(bench.run(listener.clone()).await, Tally { succeeded: 1, ..Tally::default() });
    assert_eq!(listener.payloads(), [PAYLOAD]);
}

/// In the revision of the proposal nobody could have looked at it: without the grant it is nobody's approval.
#[tokio::test]
async fn an_approval_in_the_revision_of_the_proposal_needs_its_grant() {
    let without = |bench: &Bench| Permit { standing_approval_proof: None, ..Story::honest().permit(bench) };
    refuses(without, "does not show the standing approval").await;
}

#[tokio::test]
async fn a_grant_after_the_approval() {
    let later = |bench: &Bench| {
        let mut permit = Story::honest().permit(bench);
        let (index, leaf) = bench.log.record(&Story::honest().grant);
        let approved_at = permit.entry_index;
        assert!(index.cast_signed() > approved_at);
        shown(&mut permit).grant_entry_index = index.cast_signed();
        shown(&mut permit).grant_entry_leaf = leaf;
        permit
    };
    refuses(later, "not before the approval").await;
}

#[tokio::test]
async fn a_grant_that_is_not_in_the_log() {
    let forged = |bench: &Bench| {
        let mut permit = Story::honest().permit(bench);
        let other = Leaf { appended_at_us: 1, ..Story::honest().grant };
        shown(&mut permit).grant_entry_leaf = other.encode().expect("a leaf");
        permit
    };
    refuses(forged, "not proved to stand in the log").await;
}

#[tokio::test]
async fn an_entry_that_is_not_this_persons_grant() {
    type Change = fn(&mut Leaf);
    let changes: [Change; 5] = [
        |leaf| leaf.kind = "standing_approval_revoked".to_owned(),
        |leaf| leaf.subject = GRANT.replace("55", "56"),
        |leaf| leaf.principal_kind = PrincipalKind::Service,
        |leaf| leaf.principal_reference = "principals/h-2".to_owned(),
        |leaf| leaf.origin = "log.example/workspaces/other".to_owned(),
    ];
    for change in changes {
        refuses(|bench| Story::with_grant(change).permit(bench), "is not the grant of").await;
    }
}

#[tokio::test]
async fn an_approval_that_names_no_standing_approval_as_its_cause() {
    type Change = fn(&mut CandidateApproved);
    let changes: [Change; 4] = [
        |approved| approved.cause = ApprovalCause::Review.into(),
        |approved| approved.cause = ApprovalCause::Retry.into(),
        |approved| approved.standing_approval.clear(),
        |approved| approved.standing_approval = GRANT.replace("demo", "other"),
    ];
    for change in changes {
        refuses(|bench| Story::with_approval(change).permit(bench), "does not name a standing approval").await;
    }
}

#[tokio::test]
async fn a_content_that_was_not_recorded() {
    let other = |bench: &Bench| {
        let mut permit = Story::honest().permit(bench);
        shown(&mut permit).approving_content.push(0);
        permit
    };
    refuses(other, "not what its leaf commits to").await;
    let salted = |bench: &Bench| {
        let mut permit = Story::honest().permit(bench);
        shown(&mut permit).approving_salt.pop();
        permit
    };
    refuses(salted, "`standing_approval_proof.approving_salt`").await;
}
