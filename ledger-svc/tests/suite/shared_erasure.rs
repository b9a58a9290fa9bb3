//! Contents that several processes seal, read and erase: their keys are in a database of their own, on another server.

use std::{collections::BTreeSet, sync::Arc};

use countersign_api::ledger::v1::{
    EraseContentRequest, FollowErasuresRequest, GetEntryRequest, NewEntry, PlaceLegalHoldRequest,
};
use futures::future::join_all;
use ledger_svc::{
    BuildError, LedgerConfig,
    audit::{self, Error, What},
    custody::{ErasureStep, ErasureSteps},
    store::key_place::KeyPlaceError,
};
use service_kit::access::Role;
use throwaway_postgres::{Cluster, Database, Setup};

use crate::bench::{
    Bench, Files, ORIGIN_PREFIX, PARENT, append, build, databases, entry, read_all, reason, verifying_key,
};

const ANNA: &str = "workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-00000000000a";

fn said(subject: &str, number: usize) -> NewEntry {
    NewEntry { subject: subject.to_owned(), ..entry(&format!("{subject}/{number}"), &format!("number {number}")) }
}

async fn erase(bench: &Bench, request_id: &str, subject: &str) -> Result<i64, tonic::Status> {
    let request = EraseContentRequest {
        parent: PARENT.to_owned(),
        request_id: request_id.to_owned(),
        subject: subject.to_owned(),
        reason: "the person asked for it".to_owned(),
        authority: "GDPR Art. 17, request 114".to_owned(),
    };
    let mut officer = bench.eraser("humans/dora", Role::DataProtection);
    officer.erase_content(request).await.map(|response| response.into_inner().erased_entries)
}

fn keys(database: &Database) -> BTreeSet<i64> {
    let numbers = database.execute("SELECT number FROM countersign_content_keys.content_keys");
    numbers.lines().map(|line| line.parse().expect("a number")).collect()
}

/// The number of the key that an entry is sealed under.
async fn key_of(bench: &Bench, index: usize) -> i64 {
    read_all(&mut bench.relay.clone()).await[index].content_key.parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_erased_is_erased_for_every_other_and_followed_there() {
    let files = Files::on_postgres();
    let (here, there) = (files.serve().await, files.serve_with(files.of_another_machine("there")).await);
    here.append(vec![said(ANNA, 0), said("somebody else", 0)]).await.expect("appended");
    there.append(vec![said(ANNA, 1)]).await.expect("under the key that the other process drew");
    let key = key_of(&there, 0).await;
    assert_eq!(key_of(&here, 2).await, key, "one key a subject, whoever appends");
    assert!(keys(files.key_database()).contains(&key));
    let follow = FollowErasuresRequest { parent: PARENT.to_owned(), start_index: 0 };
    let mut service = there.eraser("services/relay", Role::Relay);
    let mut followed = service.follow_erasures(follow).await.expect("a stream").into_inner();

    assert_eq!(erase(&here, "r-1", ANNA).await.expect("erased"), 2);
    assert!(!keys(files.key_database()).contains(&key), "no query gives it any more");
    for bench in [&here, &there] {
        let entries = read_all(&mut bench.relay.clone()).await;
        let erased: Vec<bool> = entries.iter().map(|entry| entry.erased).collect();
        assert_eq!(erased, [true, false, true, false]);
    }
    let told = followed.message().await.expect("a message").expect("one").erased;
    assert_eq!((told.len(), told[0].subject.as_str(), told[0].entry_index), (1, ANNA, 3));
    assert_eq!(erase(&there, "r-1", ANNA).await.expect("the same answer anywhere"), 2);

    there.append(vec![said(ANNA, 2)]).await.expect("appended");
    assert_ne!(key_of(&here, 4).await, key, "a key is never used again");
    drop(followed);
    here.drain().await;
    there.drain().await;
    assert_eq!(keys(files.key_database()).len(), 3, "what no subject has is destroyed with its process");
    files.verify().await.expect("whole");
}

/// Ends the process, as far as one can in a test, once an erasure is recorded and its key is there still.
#[derive(Debug)]
struct Dies;

impl ErasureSteps for Dies {
    fn reached(&self, step: ErasureStep) {
        assert_ne!(step, ErasureStep::Recorded, "it dies here");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_whose_process_died_is_finished_by_another() {
    let files = Files::on_postgres();
    let other = files.serve_with(files.of_another_machine("other")).await;
    let bench = files.serve_with(LedgerConfig { erasure_steps: Arc::new(Dies), ..files.config() }).await;
    bench.append(vec![said(ANNA, 0)]).await.expect("appended");
    let key = key_of(&other, 0).await;
    erase(&bench, "r-1", ANNA).await.expect_err("it died");
    while keys(files.key_database()).contains(&key) {
        tokio::task::yield_now().await;
    }
    assert!(read_all(&mut other.relay.clone()).await[0].erased);
    assert_eq!(erase(&other, "r-1", ANNA).await.expect("it stands"), 1);
    other.drain().await;
    files.verify().await.expect("whole");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_draw_keys_at_once_never_draw_one_number() {
    let files = Files::on_postgres();
    let mut replicas = Vec::new();
    for name in ["a", "b", "c"] {
        replicas.push(files.serve_with(files.of_another_machine(name)).await);
    }
    let calls = (0..6).map(|caller| {
        let mut relay = replicas[caller % 3].relay.clone();
        async move {
            for batch in 0..4 {
                let subject = |number| format!("subject {caller}/{batch}/{number}");
                let entries = (0..50).map(|number| said(&subject(number), number)).collect();
                append(&mut relay, entries).await.expect("appended");
            }
        }
    });
    join_all(calls).await;
    let entries = read_all(&mut replicas[0].relay.clone()).await;
    let numbers: BTreeSet<&str> = entries.iter().map(|entry| entry.content_key.as_str()).collect();
    assert_eq!((entries.len(), numbers.len()), (1_200, 1_200));
    for bench in replicas {
        bench.drain().await;
    }
    files.verify_against(&files.path("a-fence.db")).await.expect("whole");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_come_back_with_an_older_database_are_destroyed_at_the_start_and_no_number_comes_twice() {
    let files = Files::on_postgres();
    let bench = files.serve().await;
    bench.append(vec![said(ANNA, 0)]).await.expect("appended");
    let key = key_of(&bench, 0).await;
    bench.drain().await;
    let older = files.key_database().copy();
    let bench = files.serve().await;
    bench.append(vec![said("somebody else", 0)]).await.expect("appended");
    let taken = key_of(&bench, 1).await;
    erase(&bench, "r-1", ANNA).await.expect("erased");
    bench.drain().await;

    let place = databases(files.database().url(), older.url());
    assert!(keys(&older).contains(&key));
    let found = audit::verify(&place, &files.fence(), &verifying_key(), ORIGIN_PREFIX, |_| {}).await;
    let Err(Error::Found(finding)) = found else { panic!("a key that came back is found, and one that is lost") };
    assert!(matches!(*finding.what, What::KeyNotDestroyed { .. } | What::KeyLost { .. }), "{finding}");
    let bench = files.serve_with(LedgerConfig { place, ..files.config() }).await;
    assert!(!keys(&older).contains(&key));
    bench.append(vec![said("a third", 0)]).await.expect("appended");
    let request = GetEntryRequest { parent: PARENT.to_owned(), index: 3 };
    let entry = bench.relay.clone().get_entry(request).await.expect("read").into_inner().entry.expect("set");
    let number: i64 = entry.content_key.parse().expect("a number");
    assert!(number > taken, "{number} after {taken}");
    bench.drain().await;
}

#[tokio::test]
async fn keys_beside_the_ledger_or_of_another_ledger_are_refused_at_the_start() {
    let files = Files::on_postgres();
    let refuse = async |ledger: &str, keys: &str| {
        let config = LedgerConfig { place: databases(ledger, keys), ..files.config() };
        match build(config).await.expect_err("refused") {
            BuildError::KeyPlace(refused) => refused,
            other => panic!("{other}"),
        }
    };
    let beside = Database::new();
    let refused = refuse(files.database().url(), beside.url()).await;
    assert!(matches!(refused, KeyPlaceError::SameServer { .. }), "{refused}");
    assert!(refused.to_string().contains("another server"), "{refused}");
    let refused = refuse(files.database().url(), files.database().url()).await;
    assert!(matches!(refused, KeyPlaceError::SameServer { .. }), "{refused}");

    let bench = files.serve().await;
    bench.append(vec![said(ANNA, 0)]).await.expect("appended");
    bench.drain().await;
    let elsewhere = Database::on_second_server();
    let refused = refuse(files.database().url(), elsewhere.url()).await;
    assert!(matches!(refused, KeyPlaceError::OtherStore { .. }), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_placed_by_one_process_refuses_an_erasure_by_another() {
    let files = Files::on_postgres();
    let (here, there) = (files.serve().await, files.serve_with(files.of_another_machine("there")).await);
    here.append(vec![said(ANNA, 0)]).await.expect("appended");
    let request = PlaceLegalHoldRequest {
        parent: PARENT.to_owned(),
        request_id: "h-1".to_owned(),
        subject: ANNA.to_owned(),
        reason: "a dispute".to_owned(),
    };
    here.eraser("humans/dora", Role::DataProtection).place_legal_hold(request).await.expect("placed");
    let refused = erase(&there, "r-1", ANNA).await.expect_err("it is held");
    assert_eq!(reason(&refused), "LEGAL_HOLD_STANDS");
    here.drain().await;
    there.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_the_keys_are_away_what_needs_none_goes_on_and_an_erasure_waits() {
    let files = Files::on_postgres();
    let keys_server = Cluster::start(&Setup::default());
    let place = databases(files.database().url(), &keys_server.url("postgres"));
    let bench = files.serve_with(LedgerConfig { place: place.clone(), ..files.config() }).await;
    bench.append(vec![said(ANNA, 0), said("somebody else", 0)]).await.expect("appended");
    keys_server.kill();
    bench.append(vec![said(ANNA, 1)]).await.expect("under a key that is in memory");
    let (erased, ()) = futures::join!(erase(&bench, "r-1", ANNA), async {
        // It is recorded before the key is destroyed; nobody is told meanwhile.
        while !read_all(&mut bench.relay.clone()).await[0].erased {
            tokio::task::yield_now().await;
        }
        while !bench.health.faults().contains_key("ledger database") {
            tokio::task::yield_now().await;
        }
        keys_server.start_again();
    });
    assert_eq!(erased.expect("it went on once the keys were back"), 2);
    let left =
        keys_server.execute("postgres", "SELECT count(*) FROM countersign_content_keys.content_keys WHERE number = 1");
    assert_eq!(left.trim(), "0");
    bench.append(vec![said(ANNA, 2)]).await.expect("under a new key");
    bench.checkpoint(5).await;
    bench.drain().await;
    audit::verify(&place, &files.fence(), &verifying_key(), ORIGIN_PREFIX, |_| {}).await.expect("whole");
}
