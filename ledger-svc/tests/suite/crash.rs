use std::{
    env,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use futures::future::join_all;
use ledger_svc::{
    log::Head,
    store::fence::{Advance, FenceStore},
};

use crate::bench::{Files, append, content, entry, origin, read_all};

crate::bench::on_both! {
    what_was_answered_survives_kill_9_at_any_moment,
    entries_committed_and_not_signed_are_signed_at_the_next_start,
}

/// Tells the process that is killed which folder to work in.
const FOLDER: &str = "LEDGER_CRASH_FOLDER";

/// Tells it where ledger and content keys are, where they are in databases.
const DATABASES: &str = "LEDGER_CRASH_DATABASES";

/// What that process says for each answer it got: the word, the key, the index, the leaf hash.
const ANSWERED: &str = "answered";

/// An entry that its caller was told is kept.
struct Told {
    key: String,
    index: usize,
    leaf_hash: Vec<u8>,
}

/// Lets another process serve and append from four callers, kills it with SIGKILL after so many answers, and returns what it was told.
fn append_until_killed(files: &Files, answers_max: usize) -> Vec<Told> {
    let mut process = Command::new(env::current_exe().expect("this test's own program"))
        .args(["--exact", "crash::the_process_that_is_killed", "--ignored", "--nocapture"])
        .env(FOLDER, files.folder())
        .env(DATABASES, files.urls().map_or_else(String::new, |urls| urls.join(" ")))
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let lines = BufReader::new(process.stdout.take().expect("it is piped")).lines().map(|line| line.expect("text"));
    let told = lines.filter_map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let [ANSWERED, key, index, leaf_hash] = words[..] else { return None };
        let leaf_hash = hex::decode(leaf_hash).expect("a hash");
        Some(Told { key: key.to_owned(), index: index.parse().expect("an index"), leaf_hash })
    });
    let told: Vec<Told> = told.take(answers_max).collect();
    process.kill().expect("it runs");
    process.wait().expect("it is gone");
    assert_eq!(told.len(), answers_max, "it appended until it was killed");
    told
}

#[tokio::test]
#[ignore = "it is started by the test below, which kills it"]
async fn the_process_that_is_killed() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let databases = env::var(DATABASES).expect("it is told");
    let databases = databases.split_once(' ').map(|(ledger, keys)| [ledger.to_owned(), keys.to_owned()]);
    let files = Files::of_another_process(folder.into(), databases);
    let bench = files.serve().await;
    let start = read_all(&mut bench.relay.clone()).await.len();
    join_all((0..4).map(|caller| {
        let mut relay = bench.relay.clone();
        async move {
            for number in 0.. {
                let key = format!("{start}/{caller}/{number}");
                let receipts = append(&mut relay, vec![entry(&key, &content(number))]).await.expect("appended");
                println!("{ANSWERED} {key} {} {}", receipts[0].index, hex::encode(&receipts[0].leaf_hash));
            }
        }
    }))
    .await;
}

async fn what_was_answered_survives_kill_9_at_any_moment(files: Files) {
    let mut told = Vec::new();
    for answers_max in [1, 2, 3, 7, 40, 100, 5, 1] {
        told.extend(append_until_killed(&files, answers_max));
        let left = files.verify().await.expect("whole as it was left, nobody having looked after it");
        assert!(left[0].size >= told.len() as u64);

        let bench = files.serve().await;
        let kept = read_all(&mut bench.relay.clone()).await;
        for (position, entry) in kept.iter().enumerate() {
            assert_eq!(usize::try_from(entry.index), Ok(position), "L-1");
        }
        for Told { key, index, leaf_hash } in &told {
            assert_eq!(&kept[*index].leaf_hash, leaf_hash, "L-3: `{key}` was answered");
        }
        bench.checkpoint(i64::try_from(kept.len()).expect("small")).await;
        bench.drain().await;
        let verified = files.verify().await.expect("whole");
        assert_eq!((verified[0].size, verified[0].unsigned_entries()), (kept.len() as u64, 0));
    }
}

async fn entries_committed_and_not_signed_are_signed_at_the_next_start(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 10, 10).await;
    bench.drain().await;

    let bench = files.serve_unsigned(files.config()).await;
    let receipt = bench.append(vec![entry("tail", "not signed")]).await.expect("appended").remove(0);
    bench.drain().await;
    let verified = files.verify().await.expect("whole");
    assert_eq!((verified[0].signed_size, verified[0].unsigned_entries()), (10, 1));

    let bench = files.serve().await;
    bench.checkpoint(11).await;
    let again = bench.append(vec![entry("tail", "not signed")]).await.expect("replayed").remove(0);
    assert_eq!((again.index, again.leaf_hash, again.replayed), (receipt.index, receipt.leaf_hash, true));
    bench.drain().await;
    assert_eq!(files.verify().await.expect("whole")[0].unsigned_entries(), 0);
}

#[tokio::test]
async fn a_fence_moved_and_a_checkpoint_not_stored_is_made_good_at_the_next_start() {
    let files = Files::new();
    let bench = files.serve().await;
    bench.fill(0, 10, 5).await;
    bench.drain().await;
    let signed = files.verify().await.expect("whole").remove(0);
    let bench = files.serve_unsigned(files.config()).await;
    bench.append((0..3).map(|number| entry(&format!("t/{number}"), "tail")).collect()).await.expect("appended");
    bench.drain().await;
    let tail = files.verify().await.expect("whole").remove(0);

    // The moment after the fence's commit: it stands at 13, the last stored checkpoint at 10.
    let fence = FenceStore::open(&files.fence()).await.expect("it opens");
    let advance = Advance {
        origin: origin(),
        from: Some(Head { size: signed.size, root: signed.root }),
        to: Head { size: tail.size, root: tail.root },
        stored_root: signed.root,
    };
    fence.advance(&[advance]).await.expect("moved");
    fence.close().await;
    assert_eq!(files.verify().await.expect("no finding").remove(0).signed_size, 10);

    let bench = files.serve().await;
    bench.checkpoint(13).await;
    bench.fill(100, 120, 5).await;
    bench.drain().await;
    assert_eq!(files.verify().await.expect("whole")[0].size, 33);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_that_is_killed_again_and_again_takes_nothing_from_the_others() {
    let files = Files::on_postgres();
    let bench = files.serve_with(files.of_another_machine("other")).await;
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let mut relay = bench.relay.clone();
    let beside = bench.shutdown.spawn("caller", async move {
        let mut told = Vec::new();
        while stopped.try_recv().is_err() {
            let key = format!("beside/{}", told.len());
            let receipts = append(&mut relay, vec![entry(&key, "said")]).await.expect("nobody else's death is felt");
            told.push((receipts[0].index, receipts[0].leaf_hash.clone()));
        }
        told
    });
    let mut told = Vec::new();
    for answers_max in [3, 20, 1, 40, 7] {
        let files =
            Files::of_another_process(files.folder().to_owned(), files.urls().map(|urls| urls.map(str::to_owned)));
        let killed = tokio::task::spawn_blocking(move || append_until_killed(&files, answers_max));
        told.extend(killed.await.expect("it was killed"));
    }
    stop.send(()).expect("it goes on until then");
    let beside = beside.await.expect("it ran");
    let kept = read_all(&mut bench.relay.clone()).await;
    for (position, entry) in kept.iter().enumerate() {
        assert_eq!(usize::try_from(entry.index), Ok(position), "L-1");
    }
    for Told { key, index, leaf_hash } in &told {
        assert_eq!(&kept[*index].leaf_hash, leaf_hash, "L-3: `{key}` was answered");
    }
    for (index, leaf_hash) in &beside {
        assert_eq!(&kept[usize::try_from(*index).expect("small")].leaf_hash, leaf_hash, "L-3");
    }
    bench.checkpoint(i64::try_from(kept.len()).expect("small")).await;
    bench.drain().await;
    files.verify_against(&files.path("other-fence.db")).await.expect("whole");
}
