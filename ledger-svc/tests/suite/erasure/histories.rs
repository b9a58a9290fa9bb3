//! Histories of entries, erasures, holds and restarts, drawn at random.

use std::collections::BTreeSet;

use countersign_api::ledger::v1::GetCheckpointRequest;
use proptest::{collection::vec, prelude::*};

use super::{assert_nowhere, erase, hold, release, said, words};
use crate::bench::{Files, PARENT, read_all, reason};

/// One step of a history.
#[derive(Debug, Clone)]
enum Step {
    Append(usize),
    Erase(usize),
    Hold(usize),
    Release,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..3_usize;
    prop_oneof![
        6 => who.clone().prop_map(Step::Append),
        3 => who.clone().prop_map(Step::Erase),
        1 => who.prop_map(Step::Hold),
        1 => Just(Step::Release),
        1 => Just(Step::Restart),
    ]
}

fn subject(who: usize) -> String {
    format!("workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-00000000000{who}")
}

/// L-6: after any history, exactly what was erased is gone, and the log is whole.
async fn tell(files: Files, history: Vec<Step>) {
    let mut bench = files.serve().await;
    let mut said_so_far: Vec<(i64, usize, String)> = Vec::new();
    let mut gone: BTreeSet<i64> = BTreeSet::new();
    let mut holds: Vec<(usize, i64)> = Vec::new();
    for (number, step) in history.into_iter().enumerate() {
        match step {
            Step::Append(who) => {
                let entry = said(&subject(who), number);
                let receipt = bench.append(vec![entry]).await.expect("appended").remove(0);
                said_so_far.push((receipt.index, who, words(&subject(who), number)));
            }
            Step::Erase(who) => {
                let of_them = || said_so_far.iter().filter(|(_, whose, _)| *whose == who);
                match erase(&bench, &format!("r-{number}"), &subject(who)).await {
                    Ok(erased) => {
                        assert!(!holds.iter().any(|(held, _)| *held == who), "it was held");
                        let fresh = of_them().filter(|(index, _, _)| !gone.contains(index)).count();
                        assert_eq!(erased.erased_entries, i64::try_from(fresh).expect("small"));
                        gone.extend(of_them().map(|(index, _, _)| *index));
                    }
                    Err(refused) if reason(&refused) == "LEGAL_HOLD_STANDS" => {
                        assert!(holds.iter().any(|(held, _)| *held == who));
                    }
                    Err(refused) => {
                        assert_eq!(reason(&refused), "RESOURCE_NOT_FOUND");
                        assert_eq!(of_them().count(), 0);
                    }
                }
            }
            Step::Hold(who) => holds.push((who, hold(&bench, &format!("h-{number}"), &subject(who)).await)),
            Step::Release => {
                if let Some((who, index)) = holds.pop() {
                    release(&bench, &format!("l-{number}"), &subject(who), index).await.expect("lifted");
                }
            }
            Step::Restart => {
                bench.drain().await;
                bench = files.serve().await;
            }
        }
    }
    let entries = read_all(&mut bench.relay.clone()).await;
    for (index, _, words) in &said_so_far {
        let entry = &entries[usize::try_from(*index).expect("small")];
        assert_eq!(entry.erased, gone.contains(index), "entry {index}");
        if entry.erased {
            // Of a ledger in databases, the folder has the fence alone: what they still hold opens under no key.
            assert_nowhere(files.folder(), words.as_bytes(), "what was said");
            assert!(entry.content.is_empty() && entry.salt.is_empty(), "entry {index}");
        } else {
            assert_eq!(entry.content, words.as_bytes());
        }
    }
    let size = i64::try_from(entries.len()).expect("small");
    let checkpoint = GetCheckpointRequest { parent: PARENT.to_owned(), least_size: size };
    bench.relay.clone().get_checkpoint(checkpoint).await.expect("signed");
    bench.drain().await;
    files.verify().await.expect("whole");
}

fn told(files: Files, history: Vec<Step>) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(tell(files, history));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn after_any_history_exactly_what_was_erased_is_gone(history in vec(step(), 1..25)) {
        told(Files::new(), history);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn after_any_history_on_postgres_exactly_what_was_erased_is_erased(history in vec(step(), 1..25)) {
        told(Files::on_postgres(), history);
    }
}
