use std::collections::BTreeMap;

use countersign_api::ledger::v1::Receipt;
use futures::future::join_all;

use crate::bench::{Files, append, content, entry, read_all};

crate::bench::on_both! {
    concurrent_callers_get_dense_indices_and_what_they_were_told_stands,
}

const CALLERS: u64 = 64;
const EACH: u64 = 10;

async fn concurrent_callers_get_dense_indices_and_what_they_were_told_stands(files: Files) {
    let bench = files.serve().await;
    let calls = (0..CALLERS).map(|caller| {
        let mut relay = bench.relay.clone();
        bench.shutdown.spawn("caller", async move {
            let mut told: Vec<(String, Receipt)> = Vec::new();
            for number in 0..EACH {
                // Every other caller sends the same key as its neighbour: one entry, two equal receipts.
                let key = format!("{}/{number}", caller / 2);
                let batch = vec![entry(&key, &content(number)), entry(&format!("own/{caller}/{number}"), "own")];
                let receipts = append(&mut relay, batch).await.expect("appended");
                told.push((key, receipts[0].clone()));
                told.push((format!("own/{caller}/{number}"), receipts[1].clone()));
            }
            told
        })
    });
    let mut told = BTreeMap::new();
    let mut new = 0;
    for call in join_all(calls).await {
        for (key, receipt) in call.expect("it ran") {
            new += u64::from(!receipt.replayed);
            let place = (receipt.index, receipt.leaf_hash);
            assert_eq!(told.entry(key).or_insert_with(|| place.clone()), &place, "L-5: one key, one receipt");
        }
    }
    let expected = CALLERS / 2 * EACH + CALLERS * EACH;
    assert_eq!((told.len() as u64, new), (expected, expected));

    let kept = read_all(&mut bench.relay.clone()).await;
    assert_eq!(
        kept.iter().map(|entry| entry.index).collect::<Vec<_>>(),
        (0..i64::try_from(expected).expect("small")).collect::<Vec<_>>()
    );
    for (index, leaf_hash) in told.values() {
        assert_eq!(&kept[usize::try_from(*index).expect("small")].leaf_hash, leaf_hash);
    }
    bench.checkpoint(i64::try_from(expected).expect("small")).await;
    let verified = files.verify().await.expect("whole, beside the running server");
    assert_eq!(verified[0].size, expected);
}
