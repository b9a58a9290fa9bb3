// On one database alone: who may do what is asked in thousands, and never of the database.
use countersign_api::candidate::v1::Candidate;
use service_kit::access::{PrincipalKind, Role};
use service_kit::grpc::AuthorizedChannel;
use tonic::{Code, Status};

use super::super::standing_approvals::given_by;
use super::super::support::{Bench, reason};
use super::asking::{self, may_call};
use super::setting::{STATES, Setting};
use super::{executing, together};
use crate::domain::tests::rights::oracle::{self, Answer, Asked, Asker, Relation};

/// As the built-in policy judges.
const ASKED: Asked<'_> = Asked { four_eyes: true, approver_roles: &[Role::Reviewer, Role::Manager, Role::Admin] };

const DECIDERS: &[Role] = &[Role::Reviewer, Role::Manager, Role::Admin];
const OTHER_PEOPLE: &[Role] = &[Role::ProcessOwner, Role::DataProtection, Role::Auditor, Role::Proposer];
const SERVICES: &[Role] = &[Role::Executor, Role::Proposer, Role::Relay, Role::Auditor];

const RELATIONS: [Option<Relation>; 5] = [
    None,
    Some(Relation::OwnProposal),
    Some(Relation::OwnEdit),
    Some(Relation::Owner),
    Some(Relation::ApprovedAlready),
];

/// What is answered over the wire: who may not call is not told more; then state, then rights.
fn expected(act: &str, state: &str, kind: PrincipalKind, role: Role, relation: Option<Relation>) -> Answer {
    if !may_call(act, kind, role) {
        return Answer::NotYours;
    }
    oracle::answer(act, state, &Asker { kind: Some(kind), roles: &[role], relation }, &ASKED)
}

/// Reads a refusal as an answer, where nothing but state and rights stood in the way.
fn read(refused: Status) -> Result<Answer, Status> {
    match (refused.code(), reason(&refused).as_str()) {
        (Code::FailedPrecondition, "TRANSITION_ILLEGAL") => Ok(Answer::NotNow),
        (Code::PermissionDenied, "ACCESS_DENIED" | "POLICY_DENIED") => Ok(Answer::NotYours),
        _ => Err(refused),
    }
}

/// How something is asked: by its own rpc, as an executor, or as a decision of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Itself,
    Executor,
    Batch,
}

/// Everything that is asked, in every way that there is.
fn asked() -> impl Iterator<Item = (By, &'static str)> {
    let by = |by, acts: &'static [&'static str]| acts.iter().map(move |act| (by, *act));
    by(By::Itself, &asking::ACTS).chain(by(By::Executor, &executing::ACTS)).chain(by(By::Batch, &together::ACTS))
}

async fn ask(by: By, channel: AuthorizedChannel, act: &str, it: &Candidate, id: &str) -> Result<(), Status> {
    match by {
        By::Itself => asking::ask(channel, act, it, id).await,
        By::Executor => executing::ask(channel, act, it, id).await,
        By::Batch => together::ask(channel, act, it, id).await,
    }
}

async fn answered(by: By, channel: AuthorizedChannel, act: &str, it: &Candidate, id: &str) -> Result<Answer, Status> {
    let answered = match act {
        "claim" => executing::claim(channel, it).await,
        _ => ask(by, channel, act, it, id).await.map(|()| Answer::Done),
    };
    answered.or_else(read)
}

/// Asks everything of a caller with every relation in every state; returns how many answers agreed.
async fn compare(kind: PrincipalKind, who: &'static str, roles: &[Role], relations: &[Option<Relation>]) -> usize {
    let (mut number, mut compared) = (0, 0);
    for state in STATES {
        // What was claimed for the state before would fill the executor's hands.
        let bench = match relations {
            [Some(Relation::GaveAhead)] => given_by(who).await,
            _ => Bench::open().await,
        };
        let channels: Vec<_> = roles.iter().map(|&role| (role, bench.channel(who, role))).collect();
        for &relation in relations {
            let setting = |number| Setting { bench: &bench, state, relation, who, number };
            if !setting(number).is_possible() {
                continue;
            }
            let mut candidate = setting(number).lead().await;
            // What is unknown here is of high risk, and never decided together with others.
            let asked = asked().filter(|(by, _)| *by != By::Batch || state != "OUTCOME_UNKNOWN");
            for ((by, act), (role, channel)) in
                asked.flat_map(|asked| channels.iter().map(move |channel| (asked, channel)))
            {
                let expected = expected(act, state, kind, *role, relation);
                if expected == Answer::Done {
                    assert_eq!(bench.candidate(&candidate.name).await, candidate, "a refusal changes nothing");
                }
                let id = format!("{act}-{by:?}-{role}-{number}");
                let answered = answered(by, channel.clone(), act, &candidate, &id).await;
                let asked = format!("{act} ({by:?}) in {state} by {who} as {role}, {relation:?}");
                assert_eq!(answered.unwrap_or_else(|refused| panic!("{asked}: {refused:?}")), expected, "{asked}");
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
async fn reviewers_are_answered_as_the_words_say() {
    a_decider_is_answered_as_the_words_say(Role::Reviewer).await;
}

#[tokio::test]
async fn managers_are_answered_as_the_words_say() {
    a_decider_is_answered_as_the_words_say(Role::Manager).await;
}

#[tokio::test]
async fn admins_are_answered_as_the_words_say() {
    a_decider_is_answered_as_the_words_say(Role::Admin).await;
}

async fn a_decider_is_answered_as_the_words_say(role: Role) {
    let compared = Box::pin(compare(PrincipalKind::Human, "humans/x", &[role], &RELATIONS)).await;
    assert!(compared > 1_000, "{role}: {compared}");
}

#[tokio::test]
async fn people_who_do_not_decide_are_answered_as_the_words_say() {
    let compared = Box::pin(compare(PrincipalKind::Human, "humans/x", OTHER_PEOPLE, &RELATIONS)).await;
    assert!(compared > 3_000, "{compared}");
}

#[tokio::test]
async fn whoever_approved_ahead_is_answered_as_the_words_say() {
    let roles = [DECIDERS, OTHER_PEOPLE].concat();
    let compared = Box::pin(compare(PrincipalKind::Human, "humans/x", &roles, &[Some(Relation::GaveAhead)])).await;
    assert!(compared > 500, "{compared}");
}

#[tokio::test]
async fn generators_are_answered_as_the_words_say() {
    let relations = [None, Some(Relation::OwnProposal)];
    let compared = Box::pin(compare(PrincipalKind::Generator, "generators/x", &[Role::Proposer], &relations)).await;
    assert!(compared > 300, "{compared}");
}

#[tokio::test]
async fn services_are_answered_as_the_words_say() {
    let relations = [None, Some(Relation::OwnProposal), Some(Relation::ClaimHolder)];
    let compared = Box::pin(compare(PrincipalKind::Service, "services/x", SERVICES, &relations)).await;
    assert!(compared > 1_500, "{compared}");
}

/// Whatever state it is in, whoever asks from elsewhere, by itself, together with others, or as an executor.
#[tokio::test]
async fn nobody_reaches_what_is_in_another_workspace() {
    let mut compared = 0;
    for state in STATES {
        let bench = Bench::open().await;
        let candidate = Setting { bench: &bench, state, relation: None, who: "humans/x", number: 0 }.lead().await;
        for (kind, who, roles) in [
            (PrincipalKind::Human, "humans/x", DECIDERS),
            (PrincipalKind::Human, "humans/x", OTHER_PEOPLE),
            (PrincipalKind::Generator, "generators/x", &[Role::Proposer]),
            (PrincipalKind::Service, "services/x", SERVICES),
        ] {
            for ((by, act), &role) in asked().flat_map(|asked| roles.iter().map(move |role| (asked, role))) {
                let channel = bench.outsider(who, role);
                let answered = match act {
                    "claim" => executing::claim(channel, &candidate).await.map(drop),
                    _ => ask(by, channel, act, &candidate, act).await,
                };
                let refused = answered.expect_err("out of reach");
                let expected = if may_call(act, kind, role) { "WORKSPACE_DENIED" } else { "ACCESS_DENIED" };
                let asked = format!("{act} ({by:?}) in {state} by {who} as {role}");
                assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, expected), "{asked}");
                compared += 1;
            }
        }
        assert_eq!(bench.candidate(&candidate.name).await, candidate, "a refusal changes nothing");
    }
    assert!(compared > 2_500, "{compared}");
}
