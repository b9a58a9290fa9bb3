//! Appends to the ledger over gRPC, at several numbers in flight and sizes of batch; then the bare database inserting the rows
//! that came of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::callers::{Done, call_for};
use crate::entries::{CONNECTIONS_MAX, CONTENT_BYTES, PARENT, appenders};
use crate::place::{Database, Place};
use crate::table::{Cell, Table};
use crate::{Extent, bare, device};
use countersign_api::ledger::v1::GetCheckpointRequest;
use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use service_kit::grpc::connect;
use system_tests::harness::Server;

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

/// Entries of one call × how many in flight beside one, held against the bare database.
const BESIDE: [(usize, usize); 3] = [(1, 256), (100, 32), (256, 32)];

/// How often both sides take turns: a machine's noise hits both.
const TURNS: usize = 3;

/// The most rows kept in memory to be inserted again.
const ROWS_MAX: usize = 400_000;

/// Measures every cell on one server, each once the checkpoint has caught up with the one before.
///
/// # Errors
/// When the server refuses or what it answers is not what was asked for.
pub async fn measure(extent: &Extent, database: Database) -> anyhow::Result<Vec<Table>> {
    const COLUMNS: [&str; 7] =
        ["in flight", "batch", "entries/s", "p50 ms", "p99 ms", "checkpoint ms", "fdatasync p50 ms"];
    let place = Place::make(database)?;
    let token = place.installation.token("service", "load", "relay");
    let server = place.serve();
    let next = Arc::new(AtomicU64::new(0));
    let how = format!(
        "Unary AppendEntries, contents of {CONTENT_BYTES} bytes, each about a subject of its own and sealed under a key of its own; tree, \
         commitments, idempotency and checkpoints on; up to {CONNECTIONS_MAX} connections. `checkpoint ms`: from the end of the cell until a signed checkpoint covers it."
    );
    let mut table = Table::new("Ledger append over gRPC", how, &COLUMNS).on(database);
    for (in_flight, batch) in CELLS {
        let sync_ms = device::sync_p50_ms()?;
        let callers = appenders(server.address(), &token, in_flight, batch, &next).await?;
        let done = call_for(callers, Duration::from_millis(extent.cell_ms)).await?;
        let waited = Instant::now();
        wait_for_checkpoint(server.address(), &token, next.load(Ordering::Relaxed)).await?;
        let checkpoint_ms = Cell::ms(waited.elapsed());
        let [p50, p99] = done.latencies.cells();
        let rate = Cell::rate(done.items, done.secs);
        let sync = Cell::Fraction(sync_ms);
        table.row(vec![Cell::count(in_flight), Cell::count(batch), rate, p50, p99, checkpoint_ms, sync]);
    }
    let replay = bare::Replay::read(&place.ledger(), &["entries"], ROWS_MAX).await?;
    let beside = beside(extent, database, &server, &token, &next, &replay).await?;
    let (status, stderr) = server.terminate();
    anyhow::ensure!(status.success(), "the server did not drain: {stderr}");
    let bare = bare::entries(&replay, database, Duration::from_millis(extent.cell_ms)).await?;
    Ok(vec![table, beside, bare])
}

/// Holds sizes of batch against the bare database's commits of as many rows, in turns.
async fn beside(
    extent: &Extent,
    database: Database,
    server: &Server,
    token: &str,
    next: &Arc<AtomicU64>,
    replay: &bare::Replay,
) -> anyhow::Result<Table> {
    const COLUMNS: [&str; 6] =
        ["batch", "in flight", "ledger entries/s", "bare rows/s", "share of bare", "fdatasync p50 ms"];
    let how = format!(
        "The ledger at one batch and at several in flight, and the bare database inserting as many rows of the ledger's a commit, with the same \
         indexes, while the server is idle: {TURNS} turns each, the sum shown. Several batches in flight share commits of the ledger's."
    );
    let mut table = Table::new("Ledger beside the bare database", how, &COLUMNS).on(database);
    let cell = Duration::from_millis(extent.cell_ms);
    for (batch, several) in BESIDE {
        let sync = Cell::Fraction(device::sync_p50_ms()?);
        let (mut alone, mut together, mut bare) = (Done::default(), Done::default(), Done::default());
        for _ in 0..TURNS {
            for (in_flight, sum) in [(1, &mut alone), (several, &mut together)] {
                let callers = appenders(server.address(), token, in_flight, batch, next).await?;
                sum.add(call_for(callers, cell).await?);
                // What the ledger still owes from its turn is paid in its turn.
                wait_for_checkpoint(server.address(), token, next.load(Ordering::Relaxed)).await?;
            }
            bare.add(replay.insert(batch, true, cell).await?);
        }
        let limit = bare.per_second();
        for (in_flight, done) in [(1, alone), (several, together)] {
            let (batch, rate) = (Cell::count(batch), done.per_second());
            let share = Cell::Fraction(rate / limit);
            let [ours, bare] = [rate, limit].map(Cell::rate_of);
            table.row(vec![batch, Cell::count(in_flight), ours, bare, share, sync.clone()]);
        }
    }
    Ok(table)
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
