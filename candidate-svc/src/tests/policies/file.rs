//! A policy file seeds; later it only proposes.

use countersign_api::candidate::v1::{Candidate, ListCandidatesRequest, State};

use super::{DEFAULT, decided, in_force, quorum, three_look, two_look};
use crate::tests::support::{Bench, PARENT, policy_file, proposal, reject};

/// What the service itself proposed, oldest first.
async fn proposed(bench: &Bench) -> Vec<Candidate> {
    let request = ListCandidatesRequest {
        parent: PARENT.into(),
        filter: "proposer = \"services/candidates\"".into(),
        order_by: "create_time".into(),
        ..ListCandidatesRequest::default()
    };
    bench.reviewer("humans/anna").list_candidates(request).await.expect("a list").into_inner().candidates
}

/// Gives it an owner, without whom nobody approves it.
async fn owned(bench: &Bench, candidate: &Candidate) -> Candidate {
    let request = countersign_api::candidate::v1::AssignOwnerRequest {
        name: candidate.name.clone(),
        request_id: format!("own-{}", candidate.name),
        etag: candidate.etag.clone(),
        owner: "humans/anna".into(),
        note: String::new(),
    };
    let answer = bench.reviewer("humans/anna").assign_owner(request).await.expect("owned").into_inner();
    answer.candidate.expect("a candidate")
}

#[tokio::test]
async fn a_changed_file_is_proposed_once_and_comes_into_force_when_a_person_approves() {
    let bench = Bench::open().await;
    bench.propose("p1", proposal("1")).await;
    let bench = bench.restart_under(policy_file(&two_look())).await;
    let filed = proposed(&bench).await;
    assert_eq!(filed.len(), 1);
    assert!(filed[0].payload.as_ref().expect("a payload").canonical_json.contains("quorum = 2"));
    let trigger = filed[0].trigger.as_ref().expect("a trigger");
    assert_eq!((trigger.source_system.as_str(), trigger.r#type.as_str()), ("countersign", "policy_file_changed"));
    assert_eq!((in_force(&bench).await.revision, quorum(&bench.propose("p2", proposal("2")).await)), (1, 1));

    let bench = bench.restart().await;
    assert_eq!(proposed(&bench).await, filed, "the same file is not proposed again");

    let candidate = owned(&bench, &filed[0]).await;
    assert_eq!(decided(&bench, &candidate, "a").await.state(), State::Executed);
    assert_eq!(
        (in_force(&bench).await.policy_toml, quorum(&bench.propose("p3", proposal("3")).await)),
        (two_look(), 2)
    );

    let bench = bench.restart().await;
    assert_eq!(proposed(&bench).await.len(), 1);
}

#[tokio::test]
async fn another_file_takes_the_place_of_what_is_still_open() {
    let bench = Bench::open().await;
    bench.propose("p1", proposal("1")).await;
    let bench = bench.restart_under(policy_file(&two_look())).await;
    bench.advance_secs(1);
    let bench = bench.restart_under(policy_file(&three_look())).await;
    let filed = proposed(&bench).await;
    assert_eq!(filed.len(), 2);
    assert_eq!((filed[0].state(), filed[0].superseded_by.as_str()), (State::Withdrawn, filed[1].name.as_str()));
}

#[tokio::test]
async fn a_rejected_file_is_not_brought_up_again_until_it_changes() {
    let bench = Bench::open().await;
    bench.propose("p1", proposal("1")).await;
    let bench = bench.restart_under(policy_file(&two_look())).await;
    let filed = proposed(&bench).await.remove(0);
    bench.reviewer("humans/anna").reject_candidate(reject(&filed, "r")).await.expect("rejected");
    let bench = bench.restart().await;
    assert_eq!(proposed(&bench).await.len(), 1);
    // Set back to what is in force there is nothing to decide; changed once more, there is.
    let bench = bench.restart_under(policy_file(DEFAULT)).await;
    assert_eq!(proposed(&bench).await.len(), 1);
    let bench = bench.restart_under(policy_file(&two_look())).await;
    assert_eq!(proposed(&bench).await.len(), 2);
}

#[tokio::test]
async fn a_file_that_broke_later_leaves_what_is_in_force() {
    let bench = Bench::open().await;
    bench.propose("p1", proposal("1")).await;
    let bench = bench.restart_under(policy_file("quorum = 2")).await;
    assert_eq!((in_force(&bench).await.revision, proposed(&bench).await.len()), (1, 0));
    assert_eq!(quorum(&bench.propose("p2", proposal("2")).await), 1);
}

#[tokio::test]
async fn the_first_start_refuses_a_broken_file_by_its_key() {
    let refused = Bench::refused(policy_file(&DEFAULT.replace("quorum = 1\nfour", "four"))).await;
    assert!(refused.contains("`/srv/countersign/policy.toml`, key `default.quorum`"), "{refused}");
    let never = format!("{DEFAULT}\n[[rules]]\nreason = \"never\"\nwhen.action_types = [\"send_mail\"]\nquorum = 2");
    let refused = Bench::refused(policy_file(&never)).await;
    assert!(refused.contains("key `rules[1].when.action_types`"), "{refused}");
}

crate::tests::support::on_postgres!(
    a_changed_file_is_proposed_once_and_comes_into_force_when_a_person_approves,
    another_file_takes_the_place_of_what_is_still_open,
    a_rejected_file_is_not_brought_up_again_until_it_changes,
    a_file_that_broke_later_leaves_what_is_in_force,
    the_first_start_refuses_a_broken_file_by_its_key,
);
