use std::{pin::pin, time::Duration};

use futures::{FutureExt, poll};

use super::*;
use crate::{
    access::{Role, Scope},
    clock::ManualClock,
    ids::SeededIds,
};

fn anna() -> Principal {
    let id = "humans/anna".parse().expect("an id");
    Principal::new(id, Scope::All, [Role::Reviewer]).expect("a principal")
}

struct Bench {
    _folder: tempfile::TempDir,
    clock: ManualClock,
    access: Access,
}

async fn bench() -> Bench {
    let folder = tempfile::tempdir().expect("a folder");
    let store = TokenStore::open(&folder.path().join("tokens.db")).await.expect("it opens");
    let clock = ManualClock::default();
    let access = Access::new(store, Arc::new(clock.clone()), Arc::new(SeededIds::new(1)));
    Bench { _folder: folder, clock, access }
}

#[tokio::test]
async fn a_token_resolves_to_its_principal_until_it_is_revoked() {
    let Bench { access, _folder, .. } = bench().await;
    let (token, record) = access.create(anna(), None).await.expect("created");
    for _ in 0..2 {
        assert_eq!(*access.resolve(&token.reveal()).await.expect("resolved").principal, anna());
    }
    let revoked = access.revoke(record.id).await.expect("writable").expect("there");
    assert!(revoked.revoked_at.is_some());
    assert!(matches!(access.resolve(&token.reveal()).await, Err(Denied::Invalid)));
}

#[tokio::test]
async fn a_forged_secret_under_a_known_id_is_denied() {
    let Bench { access, _folder, .. } = bench().await;
    let (token, _) = access.create(anna(), None).await.expect("created");
    let other = access.lend(anna());
    let secret = other.reveal()[36..].to_owned();
    let forged = format!("cs_{}_{secret}", token.id());
    assert!(forged.parse::<BearerToken>().is_ok());
    assert!(matches!(access.resolve(&forged).await, Err(Denied::Invalid)));
    assert!(access.resolve(&token.reveal()).await.is_ok());
}

#[tokio::test]
async fn a_token_lapses_also_while_it_is_remembered() {
    let Bench { clock, access, _folder } = bench().await;
    let end = clock.now() + Duration::from_mins(1);
    let (token, _) = access.create(anna(), Some(end)).await.expect("created");
    assert!(access.resolve(&token.reveal()).await.is_ok());
    clock.advance(Duration::from_mins(1));
    assert!(matches!(access.resolve(&token.reveal()).await, Err(Denied::Invalid)));
}

#[tokio::test]
async fn a_revocation_during_a_read_is_not_forgotten() {
    let Bench { access, _folder, .. } = bench().await;
    let (token, record) = access.create(anna(), None).await.expect("created");
    access.revoke(record.id).await.expect("writable");
    // The read that began before the revocation ends after it, with what it saw then.
    assert!(matches!(access.write().remember(record), Err(Denied::Invalid)));
    assert!(access.remembered(token.id()).is_none());
}

#[tokio::test]
async fn a_revocation_holds_though_nobody_waits_for_its_answer() {
    let Bench { access, _folder, .. } = bench().await;
    let (token, record) = access.create(anna(), None).await.expect("created");
    let validity = access.resolve(&token.reveal()).await.expect("resolved").validity;
    drop(access.revoke(record.id).now_or_never());
    assert!(validity.ended().now_or_never().is_some());
    assert!(matches!(access.resolve(&token.reveal()).await, Err(Denied::Invalid)));
}

#[tokio::test]
async fn revoking_what_is_not_there_leaves_no_trace() {
    let Bench { access, _folder, .. } = bench().await;
    let lent = access.lend(anna());
    assert!(access.revoke(lent.id()).await.expect("writable").is_none());
    assert!(access.resolve(&lent.reveal()).await.is_ok());
    assert!(access.write().revoked.is_empty());
}

#[tokio::test]
async fn every_open_call_of_a_token_hears_of_its_revocation_and_no_other_does() {
    let Bench { access, _folder, .. } = bench().await;
    let (token, record) = access.create(anna(), None).await.expect("created");
    let (other, _) = access.create(anna(), None).await.expect("created");
    let validity = async |token: &BearerToken| access.resolve(&token.reveal()).await.expect("resolved").validity;
    let mut first = pin!(validity(&token).await.ended());
    let mut second = pin!(validity(&token).await.ended());
    let mut others = pin!(validity(&other).await.ended());
    assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
    access.revoke(record.id).await.expect("writable");
    assert!(poll!(&mut first).is_ready() && poll!(&mut second).is_ready());
    assert!(poll!(&mut others).is_pending());
}

#[tokio::test]
async fn a_grant_ends_when_its_token_lapses() {
    let Bench { clock, access, _folder } = bench().await;
    let (token, _) = access.create(anna(), Some(clock.now() + Duration::from_mins(1))).await.expect("created");
    let mut ended = pin!(access.resolve(&token.reveal()).await.expect("resolved").validity.ended());
    clock.advance(Duration::from_mins(1) - Duration::from_micros(1));
    assert!(poll!(&mut ended).is_pending());
    clock.advance(Duration::from_micros(1));
    assert!(poll!(&mut ended).is_ready());
}

#[tokio::test]
async fn a_token_with_an_open_call_is_revoked_also_after_the_memory_was_full() {
    let Bench { access, _folder, .. } = bench().await;
    let (token, record) = access.create(anna(), None).await.expect("created");
    let validity = access.resolve(&token.reveal()).await.expect("resolved").validity;
    for _ in 0..CACHE_MAX_TOKENS {
        let (_, other) = access.draw(anna(), None);
        access.write().remember(other).expect("not revoked");
    }
    assert!(access.write().cached.len() <= CACHE_MAX_TOKENS, "the memory was full once");
    access.revoke(record.id).await.expect("writable");
    assert!(validity.ended().now_or_never().is_some());
}

#[tokio::test]
async fn a_lent_token_is_known_to_its_process_alone() {
    let Bench { access, _folder, .. } = bench().await;
    let token = access.lend(anna());
    assert!(access.resolve(&token.reveal()).await.is_ok());
    assert!(access.list(None, 10).await.expect("readable").is_empty());
}
