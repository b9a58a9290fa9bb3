use super::callers::{caller, roles_of, rpc, with_scope, workspace};
use crate::access::{AccessPolicy, PrincipalKind, Refusal, Role, Rpc, Scope};

/// What only people do, from the table of transitions and the rules about tokens.
const DECISIONS: [&str; 16] = [
    "countersign.candidate.v1.ReviewService/ApproveCandidate",
    "countersign.candidate.v1.ReviewService/WithdrawApproval",
    "countersign.candidate.v1.ReviewService/EditCandidate",
    "countersign.candidate.v1.ReviewService/RejectCandidate",
    "countersign.candidate.v1.ReviewService/HoldCandidate",
    "countersign.candidate.v1.ReviewService/ReleaseCandidate",
    "countersign.candidate.v1.ReviewService/RequestEvidence",
    "countersign.candidate.v1.ReviewService/AssignOwner",
    "countersign.candidate.v1.ReviewService/SendBackForRework",
    "countersign.candidate.v1.ReviewService/RetryExecution",
    "countersign.candidate.v1.ReviewService/DecideBatch",
    "countersign.candidate.v1.ReviewService/DelegateReviews",
    "countersign.candidate.v1.ReviewService/EndDelegation",
    "countersign.candidate.v1.StandingApprovalService/GrantStandingApproval",
    "countersign.candidate.v1.StandingApprovalService/RevokeStandingApproval",
    "countersign.access.v1.TokenService/CreateToken",
];

const EVERYTHING_TO_EVERYBODY: &str = "permit (principal, action, resource);";

const APPROVAL_TO_MACHINES_AS_WELL: &str = r#"
    permit (
        principal,
        action in [
            Action::"countersign.candidate.v1.ReviewService/ApproveCandidate",
            Action::"countersign.candidate.v1.ReviewService/ListCandidates"
        ],
        resource
    );
"#;

#[test]
fn no_machine_decides_under_a_file_that_says_it_may() {
    for text in [EVERYTHING_TO_EVERYBODY, APPROVAL_TO_MACHINES_AS_WELL] {
        let policy = AccessPolicy::read("access.cedar", text).expect("a sound file");
        for kind in [PrincipalKind::Generator, PrincipalKind::Service] {
            let machine = with_scope(kind, &roles_of(kind), Scope::All);
            let approve = rpc("countersign.candidate.v1.ReviewService/ApproveCandidate");
            assert!(policy.decide_by_file(&machine, approve, &workspace("own")), "the file does say so");
            for name in DECISIONS {
                for workspace in [None, Some(&workspace("own"))] {
                    let refusal = policy.decide(&machine, rpc(name), workspace).expect_err("a machine");
                    assert_eq!(*refusal, Refusal::ForPeopleAlone, "{name}");
                }
            }
        }
    }
}

#[test]
fn a_file_can_give_machines_and_people_all_the_rest() {
    let policy = AccessPolicy::read("access.cedar", EVERYTHING_TO_EVERYBODY).expect("a sound file");
    let service = caller(PrincipalKind::Service, &[Role::Auditor]);
    let report = rpc("countersign.feedback.v1.FeedbackService/RunReport");
    assert!(policy.decide(&service, report, None).is_ok());
    let person = caller(PrincipalKind::Human, &[Role::Auditor]);
    for name in DECISIONS {
        assert!(policy.decide(&person, rpc(name), None).is_ok(), "{name}");
    }
}

#[test]
fn no_person_executes_or_appends_under_any_file() {
    let policy = AccessPolicy::read("access.cedar", EVERYTHING_TO_EVERYBODY).expect("a sound file");
    for kind in [PrincipalKind::Human, PrincipalKind::Generator] {
        let caller = with_scope(kind, &roles_of(kind), Scope::All);
        for name in [
            "countersign.candidate.v1.ExecutionService/ClaimExecutions",
            "countersign.ledger.v1.LedgerService/AppendEntries",
        ] {
            assert!(policy.decide(&caller, rpc(name), None).is_err(), "{kind:?} {name}");
        }
    }
}

#[test]
fn no_file_opens_another_workspace() {
    let policy = AccessPolicy::read("access.cedar", EVERYTHING_TO_EVERYBODY).expect("a sound file");
    for kind in PrincipalKind::ALL {
        let bound = caller(kind, &roles_of(kind));
        for rpc in Rpc::all().filter(|&rpc| policy.decide(&bound, rpc, None).is_ok()) {
            assert!(policy.decide(&bound, rpc, Some(&workspace("own"))).is_ok(), "{rpc}");
            let refusal = policy.decide(&bound, rpc, Some(&workspace("other"))).expect_err("out of reach");
            assert_eq!(*refusal, Refusal::OutOfReach, "{rpc}");
        }
    }
}
