use countersign_api::candidate::v1::{
    GetStandingApprovalRequest, GrantStandingApprovalRequest, ListStandingApprovalsRequest, StandingApproval,
    standing_approval_service_client::StandingApprovalServiceClient,
};
use service_kit::access::Role;
use tonic::Code;

use super::{ask, granted, open, people, revoke};
use crate::domain::limits::STANDING_APPROVALS_MAX;
use crate::tests::support::{Bench, PARENT, reason};

/// C-6.
#[tokio::test]
async fn the_same_request_gives_the_same_answer_whatever_happened_since() {
    let bench = open().await;
    let request = ask(&bench, "g");
    let mut ben = people(&bench, "humans/ben");
    let first = ben.grant_standing_approval(request.clone()).await.expect("granted").into_inner();
    bench.recorded().await;
    super::approved_ahead(&bench).await;
    let again = ben.grant_standing_approval(request.clone()).await.expect("granted").into_inner();
    assert_eq!(again, first);
    let other = GrantStandingApprovalRequest { use_limit: 99, ..request };
    let refused = ben.grant_standing_approval(other).await.expect_err("other content");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::AlreadyExists, "REQUEST_ID_REUSED"));
    assert_eq!(list(&bench, "", 0, false).await.0.len(), 1);
}

#[tokio::test]
async fn nobody_approves_ahead_what_policy_or_catalogue_has_a_person_look_at() {
    let built_in = Bench::open().await;
    let refused = people(&built_in, "humans/ben").grant_standing_approval(ask(&built_in, "g")).await;
    let refused = refused.expect_err("the built-in policy has no light path");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "POLICY_DENIED"));
    assert!(refused.message().contains("light path"), "{}", refused.message());

    let bench = open().await;
    for action_type in ["update_field", "call_customer"] {
        let request = GrantStandingApprovalRequest { action_type: action_type.into(), ..ask(&bench, action_type) };
        let refused = people(&bench, "humans/ben").grant_standing_approval(request).await.expect_err("never low");
        assert_eq!(reason(&refused), "POLICY_DENIED");
    }
    assert!(bench.ledger.entries().is_empty());
}

#[tokio::test]
async fn only_people_who_decide_approve_ahead() {
    let bench = open().await;
    for (id, role) in
        [("generators/rules", Role::Proposer), ("services/executor", Role::Executor), ("humans/olga", Role::Auditor)]
    {
        let mut caller = StandingApprovalServiceClient::new(bench.channel(id, role));
        let refused = caller.grant_standing_approval(ask(&bench, "g")).await.expect_err(id);
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"), "{id}");
    }
    let own = GrantStandingApprovalRequest { proposer: "humans/ben".into(), ..ask(&bench, "g") };
    let refused = people(&bench, "humans/ben").grant_standing_approval(own).await.expect_err("their own proposals");
    assert_eq!(reason(&refused), "POLICY_DENIED");
}

#[tokio::test]
async fn what_is_not_of_its_form_is_named() {
    type Change = fn(&mut GrantStandingApprovalRequest);
    let bench = open().await;
    let changes: [(&str, &str, Change); 12] = [
        ("REQUEST_MALFORMED", "`parent`", |request| request.parent = "demo".into()),
        ("WORKSPACE_DENIED", "workspaces/other", |request| request.parent = "workspaces/other".into()),
        ("REQUEST_MALFORMED", "`request_id`", |request| request.request_id.clear()),
        ("ACTION_TYPE_UNKNOWN", "send_money", |request| request.action_type = "send_money".into()),
        ("ACTION_TYPE_UNKNOWN", "Send", |request| request.action_type = "Send".into()),
        ("REQUEST_MALFORMED", "`proposer`", |request| request.proposer = "rules".into()),
        ("REQUEST_MALFORMED", "`record_prefix`", |request| request.record_prefix = "crm//7".into()),
        ("REQUEST_MALFORMED", "`use_limit`", |request| request.use_limit = 0),
        ("REQUEST_MALFORMED", "`use_limit`", |request| request.use_limit = 10_001),
        ("REQUEST_MALFORMED", "`audit_per_mille`", |request| request.audit_per_mille = 9),
        ("REQUEST_MALFORMED", "`expire_time`", |request| request.expire_time = None),
        ("REQUEST_MALFORMED", "`reason`", |request| request.reason = " ".into()),
    ];
    for (expected, part, change) in changes {
        let mut request = ask(&bench, "g");
        change(&mut request);
        let refused = people(&bench, "humans/ben").grant_standing_approval(request).await.expect_err(part);
        assert_eq!(reason(&refused), expected, "{part}: {}", refused.message());
        assert!(refused.message().contains(part), "{part}: {}", refused.message());
    }
    let nobody = GetStandingApprovalRequest {
        name: "workspaces/demo/standingApprovals/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55".into(),
    };
    let refused = people(&bench, "humans/anna").get_standing_approval(nobody).await.expect_err("none");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));
}

#[tokio::test]
async fn they_are_listed_newest_first_in_pages() {
    let bench = open().await;
    let mut names = Vec::new();
    for n in 0..5 {
        bench.advance_secs(1);
        names.insert(0, granted(&bench, ask(&bench, &format!("g{n}"))).await.name);
    }
    revoke(&bench, &names[1], "r").await;

    let (first, token) = list(&bench, "", 2, false).await;
    let (second, token) = list(&bench, &token, 2, false).await;
    let (third, end) = list(&bench, &token, 2, false).await;
    assert_eq!([first, second, third].concat().into_iter().map(|it| it.name).collect::<Vec<_>>(), names);
    assert!(end.is_empty());
    let (active, _) = list(&bench, "", 0, true).await;
    assert_eq!(active.len(), 4);
    assert!(active.iter().all(|it| it.active && it.name != names[1]));

    let foreign = ListStandingApprovalsRequest {
        parent: PARENT.into(),
        page_token: token,
        active_only: true,
        ..ListStandingApprovalsRequest::default()
    };
    let refused = people(&bench, "humans/anna").list_standing_approvals(foreign).await.expect_err("another list's");
    assert_eq!(reason(&refused), "PAGE_TOKEN_INVALID");
}

#[tokio::test]
async fn a_workspace_has_a_bounded_number_in_force() {
    let bench = open().await;
    let mut ben = people(&bench, "humans/ben");
    let mut last = String::new();
    for n in 0..STANDING_APPROVALS_MAX {
        let answer = ben.grant_standing_approval(ask(&bench, &format!("g{n}"))).await.expect("granted").into_inner();
        last = answer.standing_approval.expect("a standing approval").name;
    }
    let refused = ben.grant_standing_approval(ask(&bench, "more")).await.expect_err("one too many");
    assert_eq!(reason(&refused), "POLICY_DENIED");
    assert!(refused.message().contains("revoke one"), "{}", refused.message());
    revoke(&bench, &last, "r").await;
    ben.grant_standing_approval(ask(&bench, "more")).await.expect("there is room again");
}

async fn list(bench: &Bench, token: &str, page_size: i32, active_only: bool) -> (Vec<StandingApproval>, String) {
    let request =
        ListStandingApprovalsRequest { parent: PARENT.into(), page_size, page_token: token.to_owned(), active_only };
    let page = people(bench, "humans/anna").list_standing_approvals(request).await.expect("a page").into_inner();
    (page.standing_approvals, page.next_page_token)
}

crate::tests::support::on_postgres!(
    the_same_request_gives_the_same_answer_whatever_happened_since,
    nobody_approves_ahead_what_policy_or_catalogue_has_a_person_look_at,
    only_people_who_decide_approve_ahead,
    what_is_not_of_its_form_is_named,
    they_are_listed_newest_first_in_pages,
    a_workspace_has_a_bounded_number_in_force,
);
