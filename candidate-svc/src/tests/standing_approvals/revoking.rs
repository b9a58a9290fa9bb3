use countersign_api::candidate::v1::{
    GrantStandingApprovalRequest, RevokeStandingApprovalRequest, State, candidate_event::Event,
};
use tonic::Code;

use super::{approved_ahead, ask, granted, open, people, revoke, sure};
use crate::tests::support::{drain_all, reason};

#[tokio::test]
async fn what_it_approved_and_nobody_claimed_goes_back_to_people_at_once() {
    let bench = open().await;
    let standing = granted(&bench, ask(&bench, "g")).await;
    let claimed = approved_ahead(&bench).await;
    assert!(bench.permits(drain_all()).await.iter().any(|permit| permit.candidate == claimed.name));
    let waiting: Vec<_> = [
        bench.propose("w1", sure("w1")).await,
        bench.propose("w2", sure("w2")).await,
        bench.propose("w3", sure("w3")).await,
    ]
    .into_iter()
    .filter(|candidate| candidate.state() == State::Approved)
    .collect();
    assert!(!waiting.is_empty());
    bench.recorded().await;

    let revoked = revoke(&bench, &standing.name, "r").await;
    assert_eq!((revoked.revoked_by.as_str(), revoked.active), ("humans/cara", false));
    for candidate in &waiting {
        let response = bench.get(&candidate.name).await;
        let now = response.candidate.expect("a candidate");
        assert_eq!((now.state(), &now.standing_approval), (State::Proposed, &standing.name), "a person decides");
        let last = response.history.last().and_then(|recorded| recorded.event.clone()).expect("an event");
        assert_eq!(last.actor.expect("an actor").id, "humans/cara");
        let Some(Event::ApprovalWithdrawn(withdrawn)) = last.event else { panic!("a withdrawal") };
        assert!(withdrawn.note.contains("One of them was wrong."), "{}", withdrawn.note);
    }
    assert!(bench.permits(drain_all()).await.is_empty(), "what was taken back is claimed no more");
    assert_eq!(bench.candidate(&claimed.name).await.state(), State::Executing, "what was claimed goes on");

    let later = bench.propose("later", sure("later")).await;
    assert_eq!((later.state(), later.standing_approval.as_str()), (State::Proposed, ""));
}

/// C-6, and once is enough.
#[tokio::test]
async fn a_revocation_is_answered_again_and_happens_once() {
    let bench = open().await;
    let standing = granted(&bench, ask(&bench, "g")).await;
    let first = revoke(&bench, &standing.name, "r").await;
    assert_eq!(revoke(&bench, &standing.name, "r").await, first);
    assert_eq!(revoke(&bench, &standing.name, "again").await, first, "it was over already");
    bench.recorded().await;
    let kinds: Vec<String> = bench
        .ledger
        .entries()
        .iter()
        .map(|entry| ledger_format::Leaf::decode(&entry.leaf).expect("a leaf").kind.to_owned())
        .collect();
    assert_eq!(kinds, ["standing_approval_granted", "standing_approval_revoked"]);

    let nobody = RevokeStandingApprovalRequest {
        name: standing.name.replace(&standing.name[standing.name.len() - 4..], "0000"),
        request_id: "x".into(),
        reason: "None.".into(),
    };
    let refused = people(&bench, "humans/cara").revoke_standing_approval(nobody).await.expect_err("none");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));
}

/// What comes in the same commit as the revocation, before it, is taken back with it; what comes after it is not covered.
#[tokio::test]
async fn proposals_and_a_revocation_at_once_leave_nothing_approved() {
    let bench = open().await;
    let standing = granted(&bench, GrantStandingApprovalRequest { use_limit: 1_000, ..ask(&bench, "g") }).await;
    let proposing = (0..40).map(|n| {
        let mut proposer = bench.proposer();
        async move {
            let request = crate::tests::support::propose(&format!("p{n}"), sure(&n.to_string()));
            proposer
                .propose_candidate(request)
                .await
                .expect("proposed")
                .into_inner()
                .candidate
                .expect("a candidate")
                .name
        }
    });
    let (names, _) = tokio::join!(futures::future::join_all(proposing), revoke(&bench, &standing.name, "r"));
    for name in names {
        assert_eq!(bench.candidate(&name).await.state(), State::Proposed);
    }
}

crate::tests::support::on_postgres!(
    what_it_approved_and_nobody_claimed_goes_back_to_people_at_once,
    a_revocation_is_answered_again_and_happens_once,
    proposals_and_a_revocation_at_once_leave_nothing_approved,
);
