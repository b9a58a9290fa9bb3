//! Appends to the ledger over gRPC, at several numbers in flight and sizes of batch; then the bare database inserting the rows
//! that came of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::bare::Bare;
use crate::callers::call_for;
use crate::entries::{CONNECTIONS_MAX, CONTENT_BYTES, PARENT, appenders};
use crate::place::{Database, Place};
use crate::table::{Cell, Table};
use crate::{Extent, bare, device};
use countersign_api::ledger::v1::GetCheckpointRequest;
use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use service_kit::grpc::connect;

/// In flight × entries of one call.
const CELLS: [(usize, usize); 13] = [
    (1, 1),
    (8, 1),
    (32, 1),
    (128, 1),
    (256, 1),
    (1, 100),
    (8, 100),
    (32, 100),
    (128, 100),
    (256, 100),
    (1, 256),
    (8, 256),
    (32, 256),
];

/// Measures every cell on one server, each once the checkpoint has caught up with the one before.
///
/// # Errors
/// When the server refuses or what it answers is not what was asked for.
pub async fn measure(extent: &Extent, database: Database) -> anyhow::Result<Vec<Table>> {
    let place = Place::make(database)?;
    let token = place.installation.token("service", "load", "relay");
    let server = place.serve();
    let next = Arc::new(AtomicU64::new(0));
    let how = format!(
        "Unary AppendEntries, contents of {CONTENT_BYTES} bytes, each about a subject of its own and sealed under a key of its own; tree, \
         commitments, idempotency and checkpoints on; up to {CONNECTIONS_MAX} connections. `checkpoint ms`: from the end of the cell until a signed checkpoint covers it."
    );
    const COLUMNS: [&str; 7] =
        ["in flight", "batch", "entries/s", "p50 ms", "p99 ms", "checkpoint ms", "fdatasync p50 ms"];
    let mut table = Table::new("Ledger append over gRPC", how, &COLUMNS).on(database);
    let mut rates = Vec::new();
    for (in_flight, batch) in CELLS {
        let sync_ms = device::sync_p50_ms()?;
        let callers = appenders(server.address(), &token, in_flight, batch, &next).await?;
        let done = call_for(callers, Duration::from_millis(extent.cell_ms)).await?;
        let waited = Instant::now();
        wait_for_checkpoint(server.address(), &token, next.load(Ordering::Relaxed)).await?;
        let checkpoint_ms = Cell::ms(waited.elapsed());
        rates.push((in_flight, batch, done.per_second()));
        let [p50, p99] = done.latencies.cells();
        let rate = Cell::rate(done.items, done.secs);
        let sync = Cell::Fraction(sync_ms);
        table.row(vec![Cell::count(in_flight), Cell::count(batch), rate, p50, p99, checkpoint_ms, sync]);
    }
    let (status, stderr) = server.terminate();
    anyhow::ensure!(status.success(), "the server did not drain: {stderr}");
    let (bare, limits) = bare::entries(&place.ledger(), database, Duration::from_millis(extent.cell_ms)).await?;
    let beside = beside(database, &rates, &limits);
    Ok(vec![table, bare, beside])
}

/// Holds each size of batch against the bare database's commits of as many rows.
fn beside(database: Database, rates: &[(usize, usize, f64)], limits: &[Bare]) -> Table {
    let how = "The fastest of the ledger's cells with this batch, over the bare database with the same indexes and as many rows in a commit. \
               Above one caller, several batches share a commit of the ledger's.";
    const COLUMNS: [&str; 5] = ["batch", "in flight", "ledger entries/s", "bare rows/s", "share of bare"];
    let mut table = Table::new("Ledger beside the bare database", how, &COLUMNS).on(database);
    for Bare { batch, per_second: bare } in limits {
        let alone = rates.iter().find(|(in_flight, size, _)| (*in_flight, size) == (1, batch));
        let fastest = rates.iter().filter(|(_, size, _)| size == batch).max_by(|a, b| a.2.total_cmp(&b.2));
        for (in_flight, _, rate) in alone.into_iter().chain(fastest) {
            let [ours, limit] = [*rate, *bare].map(Cell::rate_of);
            table.row(vec![Cell::count(*batch), Cell::count(*in_flight), ours, limit, Cell::Fraction(rate / bare)]);
        }
    }
    table
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
