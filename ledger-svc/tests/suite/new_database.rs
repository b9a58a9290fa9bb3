//! On a database whose tables the server has not counted yet, a log is read by the index that finds a key, not from its beginning.

use countersign_api::ledger::v1::NewEntry;
use sqlx::{Connection, PgConnection};

use crate::bench::{Files, entry};

const ENTRIES: u64 = 2_000;

#[tokio::test]
async fn what_stands_under_a_key_is_found_without_reading_the_log() {
    let files = Files::on_postgres();
    let bench = files.serve().await;
    for first in (0..ENTRIES).step_by(20) {
        let said = |number| NewEntry {
            subject: format!("workspaces/demo/candidates/{number}"),
            ..entry(&format!("k/{number}"), "said")
        };
        bench.append((first..first + 20).map(said).collect()).await.expect("appended");
    }
    bench.drain().await;

    let mut connection = PgConnection::connect(files.database().url()).await.expect("it connects");
    // What a connection did is counted before it is gone.
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while sqlx::query_scalar::<_, i64>(others).fetch_one(&mut connection).await.expect("counted") > 0 {}
    let counted = "SELECT sum(idx_tup_read)::bigint, sum(idx_scan)::bigint FROM pg_stat_user_indexes \
                   WHERE schemaname = 'countersign_ledger' AND relname IN ('entries', 'subject_keys')";
    let (read, scans): (i64, i64) = sqlx::query_as(counted).fetch_one(&mut connection).await.expect("counted");
    let entries = i64::try_from(ENTRIES).expect("few");
    assert!(scans >= entries, "only {scans} look-ups for {entries} entries");
    // Each key and each subject is looked for once, and checkpoints read what they sign.
    assert!(read <= 8 * entries, "{read} index entries were read to append {entries} entries");
}
