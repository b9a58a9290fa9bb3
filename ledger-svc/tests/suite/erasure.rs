//! What a person has erased is gone, from every file and for every reader, and everything that was proved stays proved.

mod histories;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use countersign_api::ledger::v1::{
    ContentErased, EraseContentRequest, EraseContentResponse, FollowErasuresRequest, ListLegalHoldsRequest, NewEntry,
    PlaceLegalHoldRequest, ProveInclusionRequest, ReadEntriesRequest, ReleaseLegalHoldRequest, RepeatErasureRequest,
};
use ledger_format::{Leaf, custody::CONTENT_ERASED};
use ledger_svc::{
    LedgerConfig,
    audit::{Error, What},
    custody::{
        ErasureStep::{self, Decided, Emptied, KeyDestroyed, Recorded},
        ErasureSteps,
    },
};
use prost::Message;
use service_kit::access::Role;
use sqlx::{ConnectOptions, Connection};
use tonic::{Code, Status};

use crate::bench::{Bench, Files, PARENT, copy, entry, read_all, reason};

crate::bench::on_both! {
    asked_again_it_answers_again_and_a_new_content_gets_a_new_key,
    a_legal_hold_on_it_or_above_it_refuses,
    only_people_begin_an_erasure_and_nobody_fakes_one,
    a_follower_hears_of_each_erasure_from_where_it_left_off,
}

const ANNA: &str = "workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-00000000000a";
const BOB: &str = "workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-00000000000b";

/// Words that stand in no file but by being said of somebody.
fn words(subject: &str, number: usize) -> String {
    format!("marker-{number} of {subject}: her number is 0049-170-{number:07}")
}

fn said(subject: &str, number: usize) -> NewEntry {
    let key = format!("{subject}/{number}");
    NewEntry { subject: subject.to_owned(), ..entry(&key, &words(subject, number)) }
}

async fn append(bench: &Bench, subject: &str, numbers: std::ops::Range<usize>) {
    bench.append(numbers.map(|number| said(subject, number)).collect()).await.expect("appended");
}

async fn erase(bench: &Bench, request_id: &str, subject: &str) -> Result<EraseContentResponse, Status> {
    let request = EraseContentRequest {
        parent: PARENT.to_owned(),
        request_id: request_id.to_owned(),
        subject: subject.to_owned(),
        reason: "the person asked for it".to_owned(),
        authority: "GDPR Art. 17, request 114".to_owned(),
    };
    let mut officer = bench.eraser("humans/dora", Role::DataProtection);
    officer.erase_content(request).await.map(tonic::Response::into_inner)
}

async fn hold(bench: &Bench, request_id: &str, subject: &str) -> i64 {
    let request = PlaceLegalHoldRequest {
        parent: PARENT.to_owned(),
        request_id: request_id.to_owned(),
        subject: subject.to_owned(),
        reason: "a dispute".to_owned(),
    };
    let mut officer = bench.eraser("humans/dora", Role::DataProtection);
    let placed = officer.place_legal_hold(request).await.expect("placed").into_inner();
    placed.receipt.expect("a receipt").index
}

async fn release(bench: &Bench, request_id: &str, subject: &str, hold_index: i64) -> Result<(), Status> {
    let request = ReleaseLegalHoldRequest {
        parent: PARENT.to_owned(),
        request_id: request_id.to_owned(),
        subject: subject.to_owned(),
        hold_index,
        reason: "settled".to_owned(),
    };
    bench.eraser("humans/dora", Role::DataProtection).release_legal_hold(request).await.map(|_| ())
}

/// Every file of the ledger, with what stands beside it.
fn bytes_of(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = std::fs::read_dir(folder).expect("a folder").map(|item| item.expect("an item").path());
    files.filter(|path| path.is_file()).map(|path| (path.clone(), std::fs::read(path).expect("read"))).collect()
}

fn assert_nowhere(folder: &Path, needle: &[u8], about: &str) {
    for (path, bytes) in bytes_of(folder) {
        let found = bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!found, "{about} stands in `{}`", path.display());
    }
}

/// The secrets that stand in the file of keys, by their numbers.
async fn secrets(files: &Files) -> BTreeMap<i64, Vec<u8>> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(files.content_keys()).read_only(true);
    let mut connection = options.connect().await.expect("it opens");
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT number, secret FROM content_keys").fetch_all(&mut connection).await.expect("read");
    connection.close().await.expect("it closes");
    rows.into_iter().collect()
}

#[tokio::test]
async fn what_is_erased_is_in_no_file_and_every_proof_stands() {
    let files = Files::new();
    let bench = files.serve().await;
    append(&bench, ANNA, 0..5).await;
    append(&bench, BOB, 0..3).await;
    let mut relay = bench.relay.clone();
    let prove = |indices: Vec<i64>| ProveInclusionRequest { parent: PARENT.to_owned(), indices, wait: true };
    let before = relay.prove_inclusion(prove(vec![2])).await.expect("proved").into_inner();
    let old_checkpoint = before.checkpoint.clone().expect("a checkpoint");
    let was = read_all(&mut relay).await;
    let key = was[2].content_key.parse::<i64>().expect("a number");
    let secret = secrets(&files).await.remove(&key).expect("the key is on disk before the entry is");

    let erased = erase(&bench, "r-1", ANNA).await.expect("erased");
    assert_eq!(erased.erased_entries, 5);
    // While it still serves: what is not in a file now can not come back from one.
    for number in 0..5 {
        assert_nowhere(files.folder(), words(ANNA, number).as_bytes(), "what was said");
    }
    assert_nowhere(files.folder(), &secret, "the key");

    let now = read_all(&mut relay).await;
    for (was, now) in was.iter().zip(&now) {
        assert_eq!((&was.leaf, &was.leaf_hash, &was.content_key), (&now.leaf, &now.leaf_hash, &now.content_key));
        let is_annas = Leaf::decode(&was.leaf).expect("a leaf").subject == ANNA;
        assert_eq!(now.erased, is_annas);
        assert_eq!(now.content.is_empty() && now.salt.is_empty(), is_annas, "entry {}", now.index);
    }
    let record = &now[8];
    let leaf = Leaf::decode(&record.leaf).expect("a leaf");
    assert_eq!((leaf.kind, leaf.subject), (CONTENT_ERASED, ANNA));
    let why = ContentErased::decode(record.content.clone()).expect("a message");
    assert_eq!(why.erased_by.expect("somebody").id, "humans/dora");
    assert_eq!((why.reason.as_str(), why.authority.as_str()), ("the person asked for it", "GDPR Art. 17, request 114"));

    let after = relay.prove_inclusion(prove(vec![2])).await.expect("proved").into_inner();
    assert_eq!(before.proofs[0].leaf, after.proofs[0].leaf);
    let request = countersign_api::ledger::v1::ProveConsistencyRequest {
        parent: PARENT.to_owned(),
        old_size: old_checkpoint.size,
        new_size: 0,
    };
    relay.prove_consistency(request).await.expect("the old checkpoint is a prefix of the new one");
    bench.drain().await;
    files.verify().await.expect("an erased ledger verifies");
}

async fn asked_again_it_answers_again_and_a_new_content_gets_a_new_key(files: Files) {
    let bench = files.serve().await;
    append(&bench, ANNA, 0..2).await;
    let first = erase(&bench, "r-1", ANNA).await.expect("erased");
    let again = erase(&bench, "r-1", ANNA).await.expect("the same answer");
    assert_eq!(first.receipt.clone().map(|receipt| receipt.index), again.receipt.clone().map(|receipt| receipt.index));
    assert_eq!((first.erased_entries, again.erased_entries), (2, 2));
    assert!(again.receipt.expect("a receipt").replayed);
    append(&bench, BOB, 0..1).await;
    let refused = erase(&bench, "r-1", BOB).await.expect_err("the request stands for something else");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::AlreadyExists, "IDEMPOTENCY_KEY_REUSED"));

    // The relay that never heard the answer sends again: it gets the receipt it would have got.
    let replayed = bench.append(vec![said(ANNA, 1)]).await.expect("the old receipt");
    assert_eq!((replayed[0].index, replayed[0].replayed), (1, true));
    append(&bench, ANNA, 2..3).await;
    let entries = read_all(&mut bench.relay.clone()).await;
    let late = entries.last().expect("one");
    assert_eq!(late.content, words(ANNA, 2).as_bytes());
    assert!(!entries[..2].iter().any(|entry| entry.content_key == late.content_key), "a key is never used again");

    let repeat = || RepeatErasureRequest { parent: PARENT.to_owned(), subject: ANNA.to_owned() };
    let mut service = bench.eraser("services/relay", Role::Relay);
    let repeated = service.repeat_erasure(repeat()).await.expect("erased").into_inner();
    assert_eq!(repeated.erased_entries, 1);
    let standing = service.repeat_erasure(repeat()).await.expect("nothing left").into_inner();
    assert_eq!(standing.receipt.map(|r| r.index), repeated.receipt.map(|r| r.index), "nothing is recorded twice");
    bench.drain().await;
    files.verify().await.expect("whole");
}

async fn a_legal_hold_on_it_or_above_it_refuses(files: Files) {
    let bench = files.serve().await;
    append(&bench, ANNA, 0..1).await;
    for held in [ANNA, PARENT] {
        let index = hold(&bench, &format!("h-{held}"), held).await;
        let refused = erase(&bench, &format!("r-{held}"), ANNA).await.expect_err("it is held");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "LEGAL_HOLD_STANDS"));
        let mut officer = bench.eraser("humans/dora", Role::DataProtection);
        let list = ListLegalHoldsRequest { parent: PARENT.to_owned(), ..ListLegalHoldsRequest::default() };
        let holds = officer.list_legal_holds(list).await.expect("listed").into_inner().legal_holds;
        assert_eq!((holds[0].subject.as_str(), holds[0].reason.as_str()), (held, "a dispute"));
        assert_eq!((holds.len(), holds[0].hold_index), (1, index));
        let other = release(&bench, &format!("o-{held}"), held, index + 7).await.expect_err("no such hold");
        assert_eq!(reason(&other), "RESOURCE_NOT_FOUND");
        release(&bench, &format!("l-{held}"), held, index).await.expect("lifted");
        release(&bench, &format!("l-{held}"), held, index).await.expect("again: the same answer");
    }
    assert_eq!(read_all(&mut bench.relay.clone()).await[0].content, words(ANNA, 0).as_bytes());
    erase(&bench, "r-2", ANNA).await.expect("nothing holds it any more");
    bench.drain().await;
    files.verify().await.expect("whole");
}

async fn only_people_begin_an_erasure_and_nobody_fakes_one(files: Files) {
    let bench = files.serve().await;
    append(&bench, ANNA, 0..1).await;
    let request = EraseContentRequest {
        parent: PARENT.to_owned(),
        request_id: "r".to_owned(),
        subject: ANNA.to_owned(),
        reason: "r".to_owned(),
        authority: "a".to_owned(),
    };
    for (id, role) in [
        ("services/relay", Role::Relay),
        ("services/analytics", Role::Auditor),
        ("humans/rita", Role::Reviewer),
        ("generators/rules", Role::Proposer),
    ] {
        let refused = bench.eraser(id, role).erase_content(request.clone()).await.expect_err(id);
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"), "{id}");
    }
    let repeat = RepeatErasureRequest { parent: PARENT.to_owned(), subject: ANNA.to_owned() };
    let refused = bench.eraser("services/relay", Role::Relay).repeat_erasure(repeat).await.expect_err("nobody did");
    assert_eq!(reason(&refused), "ERASURE_UNKNOWN");
    let unknown = erase(&bench, "r", BOB).await.expect_err("nothing is about him");
    assert_eq!((unknown.code(), reason(&unknown).as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));
    for fake in [
        NewEntry { kind: CONTENT_ERASED.to_owned(), ..said(ANNA, 7) },
        NewEntry { idempotency_key: "custody/r".to_owned(), ..said(ANNA, 7) },
    ] {
        assert_eq!(reason(&bench.append(vec![fake]).await.expect_err("the ledger's own")), "REQUEST_MALFORMED");
    }
    assert_eq!(read_all(&mut bench.relay.clone()).await.len(), 1, "nothing was recorded");
}

async fn a_follower_hears_of_each_erasure_from_where_it_left_off(files: Files) {
    let bench = files.serve().await;
    append(&bench, ANNA, 0..1).await;
    append(&bench, BOB, 0..1).await;
    erase(&bench, "r-1", ANNA).await.expect("erased");
    let mut service = bench.eraser("services/relay", Role::Relay);
    let follow = |start_index| FollowErasuresRequest { parent: PARENT.to_owned(), start_index };
    let mut stream = service.follow_erasures(follow(0)).await.expect("a stream").into_inner();
    let first = stream.message().await.expect("a message").expect("one").erased;
    assert_eq!((first.len(), first[0].subject.as_str(), first[0].entry_index), (1, ANNA, 2));
    erase(&bench, "r-2", BOB).await.expect("erased");
    let second = stream.message().await.expect("a message").expect("one").erased;
    assert_eq!((second[0].subject.as_str(), second[0].entry_index), (BOB, 3));
    let mut resumed = service.follow_erasures(follow(3)).await.expect("a stream").into_inner();
    assert_eq!(resumed.message().await.expect("a message").expect("one").erased, second);
}

#[tokio::test]
async fn an_export_gets_what_is_stored_and_never_a_key() {
    let files = Files::new();
    let bench = files.serve().await;
    append(&bench, ANNA, 0..1).await;
    let request =
        ReadEntriesRequest { parent: PARENT.to_owned(), include_sealed: true, ..ReadEntriesRequest::default() };
    let mut relay = bench.relay.clone();
    let read = relay.read_entries(request).await.expect("a stream").into_inner().message().await.expect("a chunk");
    let entry = read.expect("one").entries.remove(0);
    let number = entry.content_key.parse().expect("a number");
    let secret = secrets(&files).await.remove(&number).expect("a key");
    let key = ledger_format::ContentKey::new(secret.try_into().expect("32 bytes"));
    let hash = ledger_format::Hash::try_from(entry.leaf_hash.as_slice()).expect("a hash");
    let (salt, content) = key.open(&hash, &entry.sealed).expect("the page's words hold");
    assert_eq!((salt.as_bytes().to_vec(), content), (entry.salt, entry.content.to_vec()));
    assert!(read_all(&mut relay).await[0].sealed.is_empty(), "only where it was asked for");
}

/// Copies the folder as a crash at each step would leave it.
#[derive(Debug)]
struct Copies {
    folder: PathBuf,
    copies: Arc<Mutex<Vec<(ErasureStep, Files)>>>,
}

impl ErasureSteps for Copies {
    fn reached(&self, step: ErasureStep) {
        let copied = Files::new();
        for (path, bytes) in bytes_of(&self.folder) {
            // The index of a WAL is made anew by whoever opens it after a crash.
            let name = path.file_name().expect("a name");
            if !name.to_string_lossy().ends_with("-shm") {
                std::fs::write(copied.folder().join(name), bytes).expect("written");
            }
        }
        self.copies.lock().expect("no holder panics").push((step, copied));
    }
}

#[tokio::test]
async fn killed_between_any_two_steps_it_is_whole_or_not_at_all_after_a_restart() {
    let files = Files::new();
    let copies = Arc::new(Mutex::new(Vec::new()));
    let steps = Copies { folder: files.folder().to_owned(), copies: Arc::clone(&copies) };
    let config = LedgerConfig { erasure_steps: Arc::new(steps), ..files.config() };
    let bench = files.serve_with(config).await;
    append(&bench, ANNA, 0..4).await;
    let key = read_all(&mut bench.relay.clone()).await[0].content_key.parse::<i64>().expect("a number");
    let secret = secrets(&files).await.remove(&key).expect("a key");
    erase(&bench, "r-1", ANNA).await.expect("erased");
    bench.drain().await;

    let copies = std::mem::take(&mut *copies.lock().expect("no holder panics"));
    let steps: Vec<ErasureStep> = copies.iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, [Decided, Recorded, KeyDestroyed, Emptied]);
    for (step, killed) in copies {
        let bench = killed.serve().await;
        let entries = read_all(&mut bench.relay.clone()).await;
        if step == Decided {
            assert_eq!(entries.len(), 4, "nothing of it stands");
            assert_eq!(entries[3].content, words(ANNA, 3).as_bytes());
        } else {
            assert_eq!(entries.len(), 5, "{step:?}");
            assert!(entries[..4].iter().all(|entry| entry.erased), "{step:?}");
            assert_nowhere(killed.folder(), &secret, "the key");
            for number in 0..4 {
                assert_nowhere(killed.folder(), words(ANNA, number).as_bytes(), "what was said");
            }
        }
        let again = erase(&bench, "r-1", ANNA).await.expect("the request is sent again");
        assert_eq!((again.erased_entries, again.receipt.expect("a receipt").index), (4, 4), "{step:?}");
        assert_nowhere(killed.folder(), &secret, "the key");
        bench.drain().await;
        killed.verify().await.unwrap_or_else(|error| panic!("{step:?}: {error}"));
    }
}

#[tokio::test]
async fn a_key_that_comes_back_with_an_older_file_is_destroyed_at_the_start() {
    let files = Files::new();
    let bench = files.serve().await;
    append(&bench, ANNA, 0..2).await;
    bench.drain().await;
    copy(&files.content_keys(), &files.path("keys.old"));
    let bench = files.serve().await;
    let key = read_all(&mut bench.relay.clone()).await[0].content_key.parse::<i64>().expect("a number");
    erase(&bench, "r-1", ANNA).await.expect("erased");
    bench.drain().await;

    copy(&files.path("keys.old"), &files.content_keys());
    std::fs::remove_file(files.path("keys.old")).expect("it was there");
    let secret = secrets(&files).await.remove(&key).expect("it came back");
    let Err(Error::Found(finding)) = files.verify().await else { panic!("a key that came back is found") };
    assert!(matches!(*finding.what, What::KeyNotDestroyed { .. }), "{finding}");
    let bench = files.serve().await;
    assert_nowhere(files.folder(), &secret, "the key");
    bench.drain().await;
    files.verify().await.expect("whole");
}

#[tokio::test]
async fn what_is_missing_without_an_erasure_is_a_finding() {
    let files = Files::new();
    let bench = files.serve().await;
    append(&bench, ANNA, 0..2).await;
    append(&bench, BOB, 0..2).await;
    erase(&bench, "r-1", BOB).await.expect("erased");
    bench.drain().await;
    let original = crate::tamper::Original::of(files).await;

    let case = original.case();
    case.run("content-keys.db", "DELETE FROM content_keys WHERE number = 1").await;
    let lost = case.finding("a key lost").await;
    assert!(matches!(*lost.what, What::KeyLost { content_key: 1 }), "{lost}");
    let case = original.case();
    case.run("ledger.db", "UPDATE entries SET sealed = x'' WHERE entry_index = 1").await;
    let emptied = case.finding("a content emptied").await;
    assert_eq!((&*emptied.what, emptied.first_index()), (&What::SealLost, 1));
    let case = original.case();
    case.run("ledger.db", "UPDATE subject_keys SET erasure_index = 4 WHERE first_index = 0").await;
    case.run("ledger.db", "UPDATE entries SET sealed = x'' WHERE entry_index < 2").await;
    case.run("content-keys.db", "DELETE FROM content_keys WHERE number = 1").await;
    let pretended = case.finding("an erasure of somebody else pretended").await;
    assert_eq!(*pretended.what, What::CustodyUnfounded, "{pretended}");
}
