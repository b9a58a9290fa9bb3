//! Other programs read the export's Parquet files as they are.

use std::collections::BTreeMap;

use ledger_format::Leaf;
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use system_tests::harness::{Installation, python};

#[test]
fn pyarrow_and_duckdb_count_what_the_ledger_holds() {
    let installation = Installation::new();
    installation.json(&["demo"]);
    let leaves = recorded(&installation);
    let mut by_kind = BTreeMap::<&str, u64>::new();
    for leaf in &leaves {
        *by_kind.entry(&leaf.kind).or_default() += 1;
    }
    assert!(by_kind.len() >= 8, "the demonstration has entries of many kinds: {by_kind:?}");

    let export = installation.data_dir().join("export/demo");
    let output = python().arg("python/read_export.py").arg(export).output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).expect("the script prints JSON");
    let times = [&leaves[0], leaves.last().expect("entries")].map(|leaf| leaf.appended_at_us);
    for reader in ["pyarrow", "duckdb"] {
        assert_eq!(read[reader]["by_kind"], serde_json::to_value(&by_kind).expect("counts"), "{reader}");
        assert_eq!(read[reader]["appended_at_us"], serde_json::json!(times), "{reader}");
    }
    assert_eq!(read["pyarrow"]["columns"], read["duckdb"]["columns"]);
}

/// Reads all leaves of the log from the ledger's file.
fn recorded(installation: &Installation) -> Vec<Leaf> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let file = installation.data_dir().join("ledger.db");
        let mut ledger = SqliteConnectOptions::new().filename(file).read_only(true).connect().await.expect("it opens");
        let leaves = sqlx::query_scalar("SELECT leaf FROM entries WHERE workspace = 'demo' ORDER BY entry_index");
        let leaves: Vec<Vec<u8>> = leaves.fetch_all(&mut ledger).await.expect("entries");
        ledger.close().await.expect("the file closes");
        leaves.iter().map(|leaf| Leaf::decode(leaf).expect("a leaf").to_owned_leaf()).collect()
    })
}
