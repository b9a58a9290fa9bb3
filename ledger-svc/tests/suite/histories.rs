//! L-1, L-3, L-5 over random histories: batches, repeated keys, changed contents, restarts, and two callers; on both databases.

use std::collections::BTreeMap;

use countersign_api::ledger::v1::NewEntry;
use ledger_format::{Frontier, leaf_hash};
use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};
use tonic::Code;

use crate::bench::{Bench, Files, entry, read_all};

crate::bench::on_both! {
    random_histories_are_answered_as_the_rules_say,
}

/// Histories tried; each is a ledger of its own workspace, so that they share the database.
const HISTORIES: usize = 12;

/// What happens to a ledger.
#[derive(Debug, Clone)]
enum Step {
    /// A batch of keys and what they say.
    Append(Vec<(u8, u8)>),
    /// The process ends and another begins.
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let batch = vec((0..24_u8, 0..2_u8), 1..9).prop_map(Step::Append);
    vec(prop_oneof![9 => batch, 1 => Just(Step::Restart)], 1..30)
}

/// The rules, said plainly.
#[derive(Default)]
struct Model {
    log: Vec<(u8, u8)>,
}

impl Model {
    /// Returns index and whether it stood before, for each; none when the batch is refused.
    fn append(&mut self, batch: &[(u8, u8)]) -> Option<Vec<(i64, bool)>> {
        let mut grown = self.log.clone();
        let mut answers = Vec::new();
        for &(key, says) in batch {
            match grown.iter().position(|&(stands, _)| stands == key) {
                Some(index) if grown[index].1 == says => answers.push((i64::try_from(index).expect("small"), true)),
                Some(_) => return None,
                None => {
                    answers.push((i64::try_from(grown.len()).expect("small"), false));
                    grown.push((key, says));
                }
            }
        }
        self.log = grown;
        Some(answers)
    }
}

fn entries(batch: &[(u8, u8)], history: usize) -> Vec<NewEntry> {
    batch.iter().map(|(key, says)| entry(&format!("{history}/{key}"), &says.to_string())).collect()
}

async fn random_histories_are_answered_as_the_rules_say(files: Files) {
    let mut runner = TestRunner::deterministic();
    let mut bench = files.serve().await;
    // All histories grow one log, each with keys of its own.
    let mut before = 0;
    for history in 0..HISTORIES {
        let steps = steps().new_tree(&mut runner).expect("a history").current();
        let mut model = Model::default();
        for step in &steps {
            match step {
                Step::Append(batch) => append(&bench, batch, history, before, &mut model).await,
                Step::Restart => {
                    bench.drain().await;
                    bench = files.serve().await;
                }
            }
        }
        before += i64::try_from(model.log.len()).expect("small");
    }
    check_whole(&bench, before).await;
    bench.drain().await;
    assert_eq!(
        files.verify().await.expect("whole").first().map_or(0, |log| log.size),
        u64::try_from(before).expect("a size")
    );
}

async fn append(bench: &Bench, batch: &[(u8, u8)], history: usize, before: i64, model: &mut Model) {
    let answered = bench.append(entries(batch, history)).await;
    match model.append(batch) {
        Some(expected) => {
            let receipts = answered.unwrap_or_else(|refused| panic!("{history}: {batch:?}: {refused}"));
            let told: Vec<(i64, bool)> =
                receipts.iter().map(|receipt| (receipt.index - before, receipt.replayed)).collect();
            assert_eq!(told, expected, "{history}: {batch:?}");
        }
        None => assert_eq!(answered.expect_err("L-5").code(), Code::AlreadyExists, "{history}: {batch:?}"),
    }
}

/// L-1 and the root: dense indices, and a tree built from what is read equals what is signed.
async fn check_whole(bench: &Bench, size: i64) {
    let kept = read_all(&mut bench.relay.clone()).await;
    let mut frontier = Frontier::new();
    let mut keys = BTreeMap::new();
    for (position, entry) in kept.iter().enumerate() {
        assert_eq!(usize::try_from(entry.index), Ok(position), "L-1");
        let hash = leaf_hash(&entry.leaf);
        frontier.append(hash);
        let leaf = ledger_format::Leaf::decode(&entry.leaf).expect("a leaf");
        assert_eq!(keys.insert(leaf.idempotency_key.to_owned(), position), None, "L-5");
    }
    let checkpoint = bench.checkpoint(size).await;
    assert_eq!((checkpoint.size, checkpoint.root.as_slice()), (size, frontier.root().as_bytes().as_slice()), "L-2");
}
