use countersign_api::candidate::v1::{GrantStandingApprovalRequest, StandingApproval, State};

use super::{LIGHT, ask, get, granted, sure};
use crate::tests::support::{Bench, approve, drain_all, reject, report_success};

/// How much harm may be.
const HARM_AT_MOST: &str = "[lighter_review]\nharm_at_most_per_mille = 50\n";

/// Everything under it is looked at.
fn all_looked_at(bench: &Bench) -> GrantStandingApprovalRequest {
    GrantStandingApprovalRequest { audit_per_mille: 1_000, ..ask(bench, "g") }
}

async fn rejected(bench: &Bench, number: usize) {
    let candidate = bench.propose(&format!("p{number}"), sure(&number.to_string())).await;
    assert_eq!(candidate.state(), State::Proposed);
    bench.reviewer("humans/anna").reject_candidate(reject(&candidate, &format!("r{number}"))).await.expect("rejected");
}

async fn until_revoked(bench: &Bench, name: &str) -> StandingApproval {
    let mut events = bench.store().signals().events();
    loop {
        events.mark_unchanged();
        let standing = get(bench, name).await;
        if standing.revoke_time.is_some() {
            return standing;
        }
        events.changed().await.expect("the writer lives");
    }
}

#[tokio::test]
async fn a_standing_approval_under_which_people_find_too_much_harm_is_revoked_by_itself() {
    let bench = Bench::with_rules(&format!("{LIGHT}{HARM_AT_MOST}")).await;
    let standing = granted(&bench, all_looked_at(&bench)).await;
    let mut number = 0;
    // It covers a proposal for as long as it has not turned: then proposals are no more under it.
    loop {
        let candidate = bench.propose(&format!("p{number}"), sure(&number.to_string())).await;
        let is_under_it = candidate.standing_approval == standing.name;
        let request = reject(&candidate, &format!("r{number}"));
        bench.reviewer("humans/anna").reject_candidate(request).await.expect("rejected");
        if !is_under_it {
            break;
        }
        number += 1;
        assert!(number < 30, "it never turns");
    }
    let revoked = until_revoked(&bench, &standing.name).await;
    assert_eq!((revoked.revoked_by.as_str(), revoked.active), ("services/candidates", false));
    assert!(revoked.revoke_reason.contains(&format!("after {number} looks")), "{}", revoked.revoke_reason);
    assert_eq!((revoked.looks, revoked.harmful_looks), (revoked.harmful_looks, revoked.looks));
    bench.recorded().await;
    let kinds: Vec<String> = bench
        .ledger
        .entries()
        .iter()
        .map(|entry| ledger_format::Leaf::decode(&entry.leaf).expect("a leaf").kind.to_owned())
        .filter(|kind| kind.starts_with("standing"))
        .collect();
    assert_eq!(kinds, ["standing_approval_granted", "standing_approval_revoked"]);
}

/// What a crash left between the look that turned it and its revocation is done at the next start.
#[tokio::test]
async fn looks_outlive_a_restart_and_are_judged_under_the_policy_in_force() {
    let bench = Bench::with_rules(LIGHT).await;
    let standing = granted(&bench, all_looked_at(&bench)).await;
    for number in 0..10 {
        rejected(&bench, number).await;
    }
    let candidate = bench.propose("good", sure("good")).await;
    bench.reviewer("humans/anna").approve_candidate(approve(&candidate, "good")).await.expect("approved");
    bench.recorded().await;
    let permit = bench.permits(drain_all()).await.remove(0);
    bench.executor().report_outcome(report_success(&permit, "done")).await.expect("reported");
    let bench = bench.restart().await;
    let kept = get(&bench, &standing.name).await;
    assert_eq!((kept.looks, kept.harmful_looks), (11, 10));
    assert!(kept.active, "the policy says nothing of how much harm may be: nothing is revoked by itself");
}

crate::tests::support::on_postgres!(
    a_standing_approval_under_which_people_find_too_much_harm_is_revoked_by_itself,
    looks_outlive_a_restart_and_are_judged_under_the_policy_in_force,
);
