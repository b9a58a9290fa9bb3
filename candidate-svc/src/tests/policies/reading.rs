//! Which policy is in force, which were, and what is wrong with one.

use countersign_api::candidate::v1::{ListPolicyRevisionsRequest, ListPolicyRevisionsResponse};
use ledger_format::sha256;
use tonic::{Code, Status};

use super::{DEFAULT, change, check, decided, in_force, policies, revision, two_look};
use crate::tests::support::{Bench, PARENT, proposal, reason};

#[tokio::test]
async fn the_first_proposal_of_a_workspace_finds_the_first_policy() {
    let bench = Bench::open().await;
    let nothing = revision(&bench, "-").await.expect_err("nothing was proposed yet");
    assert_eq!((nothing.code(), reason(&nothing).as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));

    let candidate = bench.propose("p", proposal("7")).await;
    let first = in_force(&bench).await;
    assert_eq!((first.name.as_str(), first.revision), ("workspaces/demo/policyRevisions/1", 1));
    assert_eq!((first.policy_toml.as_str(), first.candidate.as_str()), (DEFAULT, ""));
    assert_eq!(first.policy_digest, sha256(&[DEFAULT.as_bytes()]).as_bytes());
    assert_eq!(first.policy_digest, candidate.policy.expect("a verdict").policy_digest);
    assert_eq!(first.apply_time, candidate.create_time);
    assert_eq!(revision(&bench, "1").await.expect("the same"), first);
    for (number, code) in [("2", Code::NotFound), ("0", Code::InvalidArgument), ("first", Code::InvalidArgument)] {
        assert_eq!(revision(&bench, number).await.expect_err(number).code(), code, "{number}");
    }
}

async fn page(bench: &Bench, page_size: i32, page_token: &str) -> Result<ListPolicyRevisionsResponse, Status> {
    let request = ListPolicyRevisionsRequest { parent: PARENT.into(), page_size, page_token: page_token.into() };
    policies(bench).list_policy_revisions(request).await.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn revisions_are_listed_in_pages_newest_first() {
    let bench = Bench::open().await;
    let change = bench.propose("p", change(&two_look(), 1)).await;
    decided(&bench, &change, "a").await;

    let first = page(&bench, 1, "").await.expect("a page");
    assert_eq!((first.policy_revisions[0].revision, first.policy_revisions[0].candidate.as_str()), (2, &*change.name));
    let second = page(&bench, 1, &first.next_page_token).await.expect("a page");
    assert_eq!((second.policy_revisions[0].revision, second.next_page_token.as_str()), (1, ""));

    let altered = format!("{}A", first.next_page_token);
    assert_eq!(reason(&page(&bench, 1, &altered).await.expect_err("altered")), "PAGE_TOKEN_INVALID");
}

#[tokio::test]
async fn a_policy_is_checked_without_being_proposed() {
    let bench = Bench::open().await;
    assert_eq!(check(&bench, DEFAULT).await.expect("it stands"), sha256(&[DEFAULT.as_bytes()]).as_bytes());
    for (broken, key) in [
        (DEFAULT.replace("quorum = 1\nfour", "quorum = 0\nfour"), "default.quorum"),
        (
            format!("{DEFAULT}\n[[rules]]\nreason = \"none\"\nwhen.action_types = [\"send_mail\"]\nquorum = 2"),
            "rules[1].when.action_types",
        ),
        ("no TOML".to_owned(), ""),
        ("#".repeat(48 * 1024 + 1), ""),
    ] {
        let refused = check(&bench, &broken).await.expect_err(key);
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "POLICY_INVALID"));
        assert!(refused.message().contains(key), "{}", refused.message());
    }
    assert!(revision(&bench, "-").await.is_err(), "a check puts nothing in force");
}

crate::tests::support::on_postgres!(
    the_first_proposal_of_a_workspace_finds_the_first_policy,
    revisions_are_listed_in_pages_newest_first,
    a_policy_is_checked_without_being_proposed,
);
