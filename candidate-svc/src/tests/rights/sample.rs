use countersign_api::candidate::v1::{ProposeCandidateRequest, proposal_service_client::ProposalServiceClient};
use service_kit::access::{PrincipalKind, Role};
use tonic::{Code, Status};

use super::super::support::{Bench, proposal, propose, reason};
use super::asking::{ACTS, ask, may_call};
use super::setting::{STATES, Setting};
use crate::domain::tests::rights::oracle::{self, Answer, Asked, Asker, Relation};

/// As the built-in policy judges.
const ASKED: Asked<'_> = Asked { four_eyes: true, approver_roles: &[Role::Reviewer, Role::Manager, Role::Admin] };

/// Enough roles for every answer; the domain is asked about all of them.
const PEOPLE: &[Role] = &[Role::Reviewer, Role::Admin, Role::ProcessOwner, Role::Proposer];
const SERVICES: &[Role] = &[Role::Executor, Role::Proposer, Role::Relay, Role::Auditor];

/// What is answered over the wire: who may not call is not told more; then state, then rights.
fn expected(act: &str, state: &str, kind: PrincipalKind, role: Role, relation: Option<Relation>) -> Answer {
    if !may_call(act, kind, role) {
        return Answer::NotYours;
    }
    oracle::answer(act, state, &Asker { kind: Some(kind), roles: &[role], relation }, &ASKED)
}

fn read(answered: &Result<(), Status>) -> Answer {
    match answered.as_ref().map_err(|status| (status.code(), reason(status))) {
        Ok(()) => Answer::Done,
        Err((Code::FailedPrecondition, reason)) if reason == "TRANSITION_ILLEGAL" => Answer::NotNow,
        Err((Code::PermissionDenied, reason)) if matches!(reason.as_str(), "ACCESS_DENIED" | "POLICY_DENIED") => {
            Answer::NotYours
        }
        Err(other) => panic!("neither state nor rights: {other:?}"),
    }
}

/// Asks everything of a caller with every relation in every state; returns how many answers agreed.
async fn compare(kind: PrincipalKind, who: &'static str, roles: &[Role], relations: &[Option<Relation>]) -> usize {
    let bench = Bench::open().await;
    let channels: Vec<_> = roles.iter().map(|&role| (role, bench.channel(who, role))).collect();
    let (mut number, mut compared) = (0, 0);
    for state in STATES {
        for &relation in relations {
            let setting = |number| Setting { bench: &bench, state, relation, who, number };
            if !setting(number).is_possible() {
                continue;
            }
            let mut candidate = setting(number).lead().await;
            for (act, (role, channel)) in
                ACTS.iter().flat_map(|act| channels.iter().map(move |channel| (*act, channel)))
            {
                let expected = expected(act, state, kind, *role, relation);
                if expected == Answer::Done {
                    assert_eq!(bench.candidate(&candidate.name).await, candidate, "a refusal changes nothing");
                }
                let answered = ask(channel.clone(), act, &candidate, &format!("{act}-{role}-{number}")).await;
                assert_eq!(
                    read(&answered),
                    expected,
                    "{act} in {state} by {who} as {role}, {relation:?}: {answered:?}"
                );
                if expected == Answer::Done {
                    number += 1;
                    candidate = setting(number).lead().await;
                }
                compared += 1;
            }
            assert_eq!(bench.candidate(&candidate.name).await, candidate, "a refusal changes nothing");
            number += 1;
        }
    }
    compared
}

#[tokio::test]
async fn people_are_answered_as_the_words_say() {
    let relations = [
        None,
        Some(Relation::OwnProposal),
        Some(Relation::OwnEdit),
        Some(Relation::Owner),
        Some(Relation::ApprovedAlready),
    ];
    let compared = Box::pin(compare(PrincipalKind::Human, "humans/x", PEOPLE, &relations)).await;
    assert!(compared > 3_000, "{compared}");
}

#[tokio::test]
async fn generators_are_answered_as_the_words_say() {
    let relations = [None, Some(Relation::OwnProposal)];
    let compared = Box::pin(compare(PrincipalKind::Generator, "generators/x", &[Role::Proposer], &relations)).await;
    assert!(compared > 300, "{compared}");
}

#[tokio::test]
async fn services_are_answered_as_the_words_say() {
    let relations = [None, Some(Relation::OwnProposal)];
    let compared = Box::pin(compare(PrincipalKind::Service, "services/x", SERVICES, &relations)).await;
    assert!(compared > 1_500, "{compared}");
}

#[tokio::test]
async fn nobody_reaches_what_is_in_another_workspace() {
    let bench = Bench::open().await;
    let request = ProposeCandidateRequest { parent: "workspaces/other".into(), ..propose("p", proposal("7")) };
    let response = ProposalServiceClient::new(bench.admin_of_all()).propose_candidate(request).await;
    let elsewhere = response.expect("a proposal").into_inner().candidate.expect("a candidate");
    for (kind, who, roles) in [
        (PrincipalKind::Human, "humans/x", PEOPLE),
        (PrincipalKind::Generator, "generators/x", &[Role::Proposer]),
        (PrincipalKind::Service, "services/x", SERVICES),
    ] {
        for (act, &role) in ACTS.iter().flat_map(|act| roles.iter().map(move |role| (*act, role))) {
            let refused = ask(bench.channel(who, role), act, &elsewhere, act).await.expect_err("out of reach");
            let expected = if may_call(act, kind, role) { "WORKSPACE_DENIED" } else { "ACCESS_DENIED" };
            assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, expected), "{act} {role}");
        }
    }
}
