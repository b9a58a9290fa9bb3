//! A database server that dies, cuts, stalls or refuses, and a ledger that goes on once it is back.

use std::collections::BTreeMap;

use countersign_api::ledger::v1::Receipt;
use futures::future::join_all;
use ledger_svc::{
    LedgerConfig,
    log::Head,
    store::{self, Commit, HeadMove, LedgerStore},
};
use service_kit::shutdown::Shutdown;
use sqlx::{AssertSqlSafe, PgConnection};
use throwaway_postgres::{Cluster, Setup};
use tokio::sync::mpsc;

use crate::{
    bench::{Bench, Files, append, content, databases, entry, read_all, workspace},
    cutting_proxy::CuttingProxy,
};

fn config(files: &Files, cluster: &Cluster) -> LedgerConfig {
    LedgerConfig { place: databases(&cluster.url("postgres"), files.key_database().url()), ..files.config() }
}

/// Appends one entry after the other, each until it is answered; says each answer.
fn append_for_ever(bench: &Bench, caller: usize, told: mpsc::UnboundedSender<(String, Receipt)>) {
    let mut relay = bench.relay.clone();
    bench.shutdown.spawn("caller", async move {
        for number in 0_u64.. {
            let key = format!("{caller}/{number}");
            // A writer waits for its database, it never errs: what is not answered is in doubt, and settled before it is.
            let receipt = match append(&mut relay, vec![entry(&key, &content(number))]).await {
                Ok(mut receipts) => receipts.remove(0),
                Err(status) if status.code() == tonic::Code::Unavailable && told.is_closed() => return,
                Err(status) => panic!("a writer waits for its database, it never errs: {status}"),
            };
            if told.send((key, receipt)).is_err() {
                return;
            }
        }
    });
}

/// Holds what was answered against what is kept: nothing is lost, nothing is there twice.
fn check(told: &BTreeMap<String, Receipt>, kept: &[countersign_api::ledger::v1::Entry]) {
    for (position, entry) in kept.iter().enumerate() {
        assert_eq!(usize::try_from(entry.index), Ok(position), "L-1");
    }
    for (key, receipt) in told {
        let entry = &kept[usize::try_from(receipt.index).expect("an index")];
        assert_eq!(entry.leaf_hash, receipt.leaf_hash, "L-3: `{key}` was answered");
    }
    let keys: std::collections::BTreeSet<String> = kept
        .iter()
        .map(|entry| ledger_format::Leaf::decode(&entry.leaf).expect("a leaf").idempotency_key.to_owned())
        .collect();
    assert_eq!(keys.len(), kept.len(), "L-5: no key stands twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_killed_again_and_again_under_load_loses_nothing_that_was_answered() {
    let files = Files::on_postgres();
    let cluster = Cluster::start(&Setup::default());
    let bench = files.serve_with(config(&files, &cluster)).await;
    let (sender, mut answers) = mpsc::unbounded_channel();
    for caller in 0..4 {
        append_for_ever(&bench, caller, sender.clone());
    }
    let mut told = BTreeMap::new();
    for round in 1..=4 {
        // The server dies in the middle of whatever is under way then.
        while told.len() < round * 40 {
            let (key, receipt) = answers.recv().await.expect("callers go on");
            told.insert(key, receipt);
        }
        if round % 2 == 0 {
            cluster.stop();
        } else {
            cluster.kill();
        }
        cluster.start_again();
    }
    while told.len() < 250 {
        let (key, receipt) = answers.recv().await.expect("callers go on");
        told.insert(key, receipt);
    }
    answers.close();
    assert!(bench.health.faults().is_empty(), "it is well again, without a restart: {:?}", bench.health.faults());
    let kept = read_all(&mut bench.relay.clone()).await;
    check(&told, &kept);
    bench.checkpoint(i64::try_from(kept.len()).expect("small")).await;
    bench.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_cut_in_the_middle_of_commits_leave_no_doubt() {
    let files = Files::on_postgres();
    let bench = files.serve().await;
    let (sender, mut answers) = mpsc::unbounded_channel();
    for caller in 0..4 {
        append_for_ever(&bench, caller, sender.clone());
    }
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'";
    let mut told = BTreeMap::new();
    for round in 1..=10 {
        while told.len() < round * 20 {
            let (key, receipt) = answers.recv().await.expect("callers go on");
            told.insert(key, receipt);
        }
        files.database().execute(cut);
    }
    answers.close();
    let kept = read_all(&mut bench.relay.clone()).await;
    check(&told, &kept);
    bench.checkpoint(i64::try_from(kept.len()).expect("small")).await;
    bench.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_whose_answer_is_lost_is_found_by_reading_and_not_made_again() {
    let files = Files::on_postgres();
    let cluster = Cluster::start(&Setup::default());
    let proxying = Shutdown::new();
    let proxy = CuttingProxy::start(files.folder(), &cluster.socket_folder(), &proxying);
    let place = databases(&proxy.url("postgres"), files.key_database().url());
    let bench = files.serve_with(LedgerConfig { place, ..files.config() }).await;
    bench.fill(0, 1, 1).await;
    for round in 0..10 {
        let batch = || vec![entry(&format!("a/{round}"), "1"), entry(&format!("b/{round}"), "2")];
        proxy.lose_next(1 + round % 3);
        let receipts = bench.append(batch()).await.expect("it is settled by reading");
        let first = 1 + 2 * i64::try_from(round).expect("small");
        assert_eq!(receipts.iter().map(|receipt| receipt.index).collect::<Vec<_>>(), [first, first + 1]);
        bench.checkpoint(first + 2).await;
        let again = bench.append(batch()).await.expect("replayed");
        for (first, again) in receipts.iter().zip(&again) {
            assert_eq!((first.index, &first.leaf_hash, true), (again.index, &again.leaf_hash, again.replayed));
        }
        assert_eq!(read_all(&mut bench.relay.clone()).await.len(), 3 + 2 * round, "nothing stands twice");
    }
    assert_eq!(proxy.left_to_lose(), 0, "answers were lost");
    bench.drain().await;
}

/// Waits until a connection to the database waits so.
async fn until_somebody_waits(connection: &mut PgConnection, how: &str) {
    let question = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {how}");
    while sqlx::query_scalar::<_, i64>(AssertSqlSafe(question.clone())).fetch_one(&mut *connection).await.expect("told")
        == 0
    {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_never_skips_what_commits_late() {
    let files = Files::on_postgres();
    let (slow, fast) = (files.serve().await, files.serve_with(files.of_another_machine("fast")).await);
    // One transaction stands still after its rows were written and numbered, until the door opens; others want to commit meanwhile.
    files.database().execute(
        "SET search_path = countersign_ledger; \
         CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF NEW.idempotency_key LIKE 'slow/%' THEN PERFORM pg_advisory_xact_lock_shared(77); END IF; RETURN NEW; END $$; \
         CREATE TRIGGER dawdle AFTER INSERT ON entries FOR EACH ROW EXECUTE FUNCTION public.dawdle()",
    );
    let mut door = files.connection().await;
    sqlx::query("SELECT pg_advisory_lock(77)").execute(&mut door).await.expect("shut");
    fast.append(vec![entry("first", "said")]).await.expect("appended");
    let request = countersign_api::ledger::v1::SubscribeEntriesRequest {
        parent: crate::bench::PARENT.to_owned(),
        ..countersign_api::ledger::v1::SubscribeEntriesRequest::default()
    };
    let mut stream = fast.relay.clone().subscribe_entries(request).await.expect("a stream").into_inner();
    let late = slow.append(vec![entry("slow/1", "said")]);
    let others =
        async {
            until_somebody_waits(&mut door, "wait_event = 'advisory'").await;
            let quick =
                join_all((0..30).map(|number| {
                    let mut relay = fast.relay.clone();
                    async move {
                        append(&mut relay, vec![entry(&format!("fast/{number}"), "said")]).await.expect("appended")
                    }
                }));
            let opening = async {
                until_somebody_waits(&mut door, "wait_event_type = 'Lock' AND wait_event <> 'advisory'").await;
                assert_eq!(read_all(&mut fast.relay.clone()).await.len(), 1, "nobody gets before it");
                sqlx::query("SELECT pg_advisory_unlock(77)").execute(&mut door).await.expect("open");
            };
            futures::join!(quick, opening)
        };
    let (late, _) = futures::join!(late, others);
    assert_eq!(late.expect("appended")[0].index, 1, "it was numbered first");
    let mut seen = Vec::new();
    while seen.len() < 32 {
        let chunk = stream.message().await.expect("a chunk").expect("it goes on");
        seen.extend(chunk.entries.iter().map(|entry| entry.index));
    }
    assert_eq!(seen, (0..32).collect::<Vec<_>>());
    slow.drain().await;
    fast.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_writer_that_was_stopped_in_the_middle_holds_up_the_others_no_longer_than_its_silence_may_last() {
    let files = Files::on_postgres();
    let bench = files.serve().await;
    bench.append(vec![entry("before", "said")]).await.expect("appended");
    // What a process leaves that was stopped between two statements: a lock on the head, and silence.
    let mut stopped =
        LedgerStore::open(&files.place().ledger()).await.expect("it opens").writer().await.expect("a writer");
    stopped.begin(&[&workspace()]).await.expect("a turn");
    let receipt = bench.append(vec![entry("after", "said")]).await.expect("the server ended the silent one").remove(0);
    assert_eq!(receipt.index, 1);
    stopped.commit(Commit::default()).await.expect_err("its turn was taken back");
    bench.drain().await;
}

#[tokio::test]
async fn a_stale_writer_moves_no_head() {
    let files = Files::on_postgres();
    let bench = files.serve().await;
    bench.fill(0, 3, 3).await;
    let mut writer =
        LedgerStore::open(&files.place().ledger()).await.expect("it opens").writer().await.expect("a writer");
    let found = writer.begin(&[&workspace()]).await.expect("a turn")[&workspace()].head;
    let stale = HeadMove { workspace: workspace(), from: Head { size: 2, ..found }, to: Head { size: 4, ..found } };
    let refused =
        writer.commit(Commit { moves: vec![stale], ..Commit::default() }).await.expect_err("it is not there any more");
    assert!(matches!(refused, store::Error::HeadMoved), "{refused}");
    bench.append(vec![entry("more", "said")]).await.expect("the head is where it was");
    bench.drain().await;
}

#[tokio::test]
async fn rows_are_neither_changed_nor_removed_by_whoever_serves() {
    let files = Files::on_postgres();
    let bench = files.serve().await;
    bench.fill(0, 300, 100).await;
    for statement in [
        "UPDATE entries SET sealed = 'x' WHERE entry_index = 1",
        "UPDATE entries SET sealed = '', leaf = '' WHERE entry_index = 1",
        "UPDATE entries SET content_key = content_key + 1 WHERE entry_index = 1",
        "DELETE FROM entries WHERE entry_index = 1",
        "TRUNCATE entries",
        "UPDATE tiles SET hashes = hashes",
        "DELETE FROM tiles",
        "UPDATE checkpoints SET signed_note = 'x'",
        "DELETE FROM checkpoints",
        "DELETE FROM heads",
        "UPDATE heads SET size = 1",
        "TRUNCATE tiles, checkpoints, heads",
        "DELETE FROM subject_keys",
        "TRUNCATE legal_holds",
        "UPDATE key_store SET identity = sha256('')",
    ] {
        let mut connection = files.connection().await;
        let refused = sqlx::raw_sql(statement).execute(&mut connection).await.expect_err(statement);
        assert!(
            refused.to_string().contains("stay as they were written")
                || refused.to_string().contains("only moves forwards"),
            "{statement}: {refused}"
        );
    }
    bench.drain().await;
    files.verify().await.expect("whole");
}
