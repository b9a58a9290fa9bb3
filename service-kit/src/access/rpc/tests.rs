use std::time::Duration;

use countersign_api::r#type::v1::Principal as WirePrincipal;
use tonic::Code;
use tonic_types::StatusExt;

use super::*;
use crate::{
    access::TokenStore,
    clock::{Clock, ManualClock},
    ids::SeededIds,
};

struct Bench {
    _folder: tempfile::TempDir,
    clock: ManualClock,
    access: Arc<Access>,
    rpc: TokenRpc,
}

async fn bench() -> Bench {
    let folder = tempfile::tempdir().expect("a folder");
    let store = TokenStore::open(&folder.path().join("tokens.db")).await.expect("it opens");
    let clock = ManualClock::default();
    let access = Arc::new(Access::new(store, Arc::new(clock.clone()), Arc::new(SeededIds::new(1))));
    Bench { _folder: folder, clock, access: Arc::clone(&access), rpc: TokenRpc { access } }
}

fn anna() -> CreateTokenRequest {
    CreateTokenRequest {
        principal: Some(WirePrincipal { kind: WireKind::Human.into(), id: "humans/anna".to_owned() }),
        workspace: "workspaces/demo".to_owned(),
        roles: vec![WireRole::Reviewer.into()],
        expire_time: Some(prost_types::Timestamp { seconds: 60, nanos: 0 }),
    }
}

fn refusal(status: &Status) -> (Code, String, Option<String>) {
    let details = status.get_error_details();
    let reason = details.error_info().expect("an ErrorInfo").reason.clone();
    let field = details.bad_request().map(|bad| bad.field_violations[0].field.clone());
    (status.code(), reason, field)
}

#[tokio::test]
async fn a_token_is_made_works_is_listed_and_revoked() {
    let Bench { access, rpc, _folder, .. } = bench().await;
    let made = rpc.create_token(Request::new(anna())).await.expect("made").into_inner();
    let token = made.token.expect("a record");
    assert_eq!(token.principal, anna().principal);
    assert_eq!((token.workspace, token.roles), (anna().workspace, anna().roles));
    assert_eq!((token.expire_time, token.revoke_time), (anna().expire_time, None));
    assert_eq!(access.resolve(&made.secret).await.expect("it works").principal.id().as_str(), "humans/anna");

    let listed = rpc.list_tokens(Request::new(ListTokensRequest::default())).await.expect("listed").into_inner();
    assert_eq!(listed.tokens.len(), 1);
    assert_eq!(listed.tokens[0].name, token.name);

    // Revoking again changes nothing and succeeds.
    for _ in 0..2 {
        let revoke = RevokeTokenRequest { name: token.name.clone() };
        let revoked = rpc.revoke_token(Request::new(revoke)).await.expect("revoked").into_inner();
        let time = revoked.token.expect("a record").revoke_time;
        assert_eq!(time, Some(prost_types::Timestamp { seconds: 0, nanos: 0 }));
    }
    assert!(access.resolve(&made.secret).await.is_err());
}

#[tokio::test]
async fn pages_go_on_until_the_last() {
    let Bench { rpc, _folder, .. } = bench().await;
    for _ in 0..5 {
        rpc.create_token(Request::new(anna())).await.expect("made");
    }
    let mut names = Vec::new();
    let mut page_token = String::new();
    let mut sizes = Vec::new();
    loop {
        let request = ListTokensRequest { page_size: 2, page_token };
        let page = rpc.list_tokens(Request::new(request)).await.expect("listed").into_inner();
        sizes.push(page.tokens.len());
        names.extend(page.tokens.into_iter().map(|token| token.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(sizes, [2, 2, 1]);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 5, "no token is shown twice");
}

type Spoil = fn(&mut CreateTokenRequest);

#[tokio::test]
async fn a_malformed_request_names_its_field_and_makes_nothing() {
    let Bench { access, rpc, _folder, .. } = bench().await;
    let cases: [(Spoil, &str); 8] = [
        (|request| request.principal = None, "principal.id"),
        (|request| request.principal.as_mut().expect("set").id = "humans/Anna".to_owned(), "principal.id"),
        (|request| request.principal.as_mut().expect("set").kind = WireKind::Generator.into(), "principal.kind"),
        (|request| request.workspace = "demo".to_owned(), "workspace"),
        (|request| request.roles.clear(), "roles"),
        (|request| request.roles = vec![WireRole::Unspecified.into()], "roles"),
        (|request| request.roles = vec![WireRole::Executor.into()], "roles"),
        (|request| request.expire_time = Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }), "expire_time"),
    ];
    for (spoil, field) in cases {
        let mut request = anna();
        spoil(&mut request);
        let refused = rpc.create_token(Request::new(request)).await.expect_err(field);
        let expected = (Code::InvalidArgument, "REQUEST_MALFORMED".to_owned(), Some(field.to_owned()));
        assert_eq!(refusal(&refused), expected);
    }
    assert!(access.list(None, 10).await.expect("readable").is_empty());
}

#[tokio::test]
async fn a_token_that_would_never_work_is_not_made() {
    let Bench { clock, access, rpc, _folder } = bench().await;
    clock.set("2030-01-01T12:00:00Z".parse().expect("a time"));
    let expiring = |time: Timestamp| CreateTokenRequest { expire_time: Some(show_time(time)), ..anna() };
    for time in [clock.now(), clock.now() - Duration::from_hours(24)] {
        let refused = rpc.create_token(Request::new(expiring(time))).await.expect_err("lapsed already");
        let expected = (Code::InvalidArgument, "REQUEST_MALFORMED".to_owned(), Some("expire_time".to_owned()));
        assert_eq!(refusal(&refused), expected);
        for part in [time.to_string().as_str(), "2030-01-01T12:00:00Z", "choose a later time"] {
            assert!(refused.message().contains(part), "{part}: {refused}");
        }
    }
    assert!(access.list(None, 10).await.expect("readable").is_empty());
    let later = clock.now() + Duration::from_secs(1);
    rpc.create_token(Request::new(expiring(later))).await.expect("it works for a second");
}

#[tokio::test]
async fn what_is_not_there_is_refused_by_name() {
    let Bench { rpc, _folder, .. } = bench().await;
    let name = format!("tokens/{}", "0".repeat(32));
    let refused = rpc.revoke_token(Request::new(RevokeTokenRequest { name })).await.expect_err("unknown");
    assert_eq!(refusal(&refused), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned(), None));
    let request = RevokeTokenRequest { name: "tokens/x".to_owned() };
    let refused = rpc.revoke_token(Request::new(request)).await.expect_err("no name");
    assert_eq!(refusal(&refused).2.as_deref(), Some("name"));

    let request = ListTokensRequest { page_size: 0, page_token: "x".to_owned() };
    let refused = rpc.list_tokens(Request::new(request)).await.expect_err("no page token");
    assert_eq!(refusal(&refused), (Code::InvalidArgument, "PAGE_TOKEN_INVALID".to_owned(), None));
    for page_size in [-1, 1_001] {
        let request = ListTokensRequest { page_size, page_token: String::new() };
        let refused = rpc.list_tokens(Request::new(request)).await.expect_err("no page size");
        assert_eq!(refusal(&refused).2.as_deref(), Some("page_size"));
    }
}
