//! Appends to the ledger over gRPC, at several numbers in flight and sizes of batch; then bare SQLite inserting the rows
//! that came of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use countersign_api::ledger::v1::GetCheckpointRequest;
use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use service_kit::grpc::connect;
use system_tests::harness::{Installation, Server};

use crate::callers::call_for;
use crate::entries::{CONNECTIONS_MAX, CONTENT_BYTES, PARENT, appenders};
use crate::table::{Cell, Table};
use crate::{Extent, bare, device};

/// In flight × entries of one call.
const CELLS: [(usize, usize); 11] =
    [(1, 1), (8, 1), (32, 1), (128, 1), (256, 1), (1, 100), (8, 100), (32, 100), (1, 256), (8, 256), (32, 256)];

/// Measures every cell on one server, each once the checkpoint has caught up with the one before.
///
/// # Errors
/// When the server refuses or what it answers is not what was asked for.
pub async fn measure(extent: &Extent) -> anyhow::Result<Vec<Table>> {
    let installation = Installation::new();
    let token = installation.token("service", "load", "relay");
    let server = Server::start(&installation);
    let next = Arc::new(AtomicU64::new(0));
    let how = format!(
        "Unary AppendEntries, contents of {CONTENT_BYTES} bytes, tree, commitments, idempotency and checkpoints on; up to \
         {CONNECTIONS_MAX} connections. `checkpoint ms`: from the end of the cell until a signed checkpoint covers it."
    );
    const COLUMNS: [&str; 7] =
        ["in flight", "batch", "entries/s", "p50 ms", "p99 ms", "checkpoint ms", "fdatasync p50 ms"];
    let mut table = Table::new("Ledger append over gRPC", how, &COLUMNS);
    for (in_flight, batch) in CELLS {
        let sync_ms = device::sync_p50_ms()?;
        let callers = appenders(server.address(), &token, in_flight, batch, &next).await?;
        let done = call_for(callers, Duration::from_millis(extent.cell_ms)).await?;
        let waited = Instant::now();
        wait_for_checkpoint(server.address(), &token, next.load(Ordering::Relaxed)).await?;
        let checkpoint_ms = Cell::Fraction(waited.elapsed().as_secs_f64() * 1_000.0);
        let [p50, p99] = done.latencies.cells();
        let rate = Cell::rate(done.items, done.secs);
        let sync = Cell::Fraction(sync_ms);
        table.row(vec![Cell::count(in_flight), Cell::count(batch), rate, p50, p99, checkpoint_ms, sync]);
    }
    let (status, stderr) = server.terminate();
    anyhow::ensure!(status.success(), "the server did not drain: {stderr}");
    let bare = bare::entries(&installation.data_dir().join("ledger.db"), Duration::from_millis(extent.cell_ms)).await?;
    Ok(vec![table, bare])
}

/// Waits until a signed checkpoint covers this many entries.
///
/// # Errors
/// When the server refuses.
pub async fn wait_for_checkpoint(address: &str, token: &str, size: u64) -> anyhow::Result<()> {
    let mut client = LedgerServiceClient::new(connect(&format!("http://{address}"), &token.parse()?).await?);
    let least_size = i64::try_from(size)?;
    client.get_checkpoint(GetCheckpointRequest { parent: PARENT.to_owned(), least_size }).await?;
    Ok(())
}
