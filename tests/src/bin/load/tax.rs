//! What integrity costs: the ledger beside a writer that keeps the same rows and vouches for nothing.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;
use system_tests::harness::{Installation, Server};
use tempfile::TempDir;

use crate::callers::{Done, call_for};
use crate::entries::appenders;
use crate::ledger::wait_for_checkpoint;
use crate::table::{Cell, Table};
use crate::{Extent, device};

/// In flight × entries of one call.
const CELLS: [(usize, usize); 3] = [(256, 1), (256, 10), (32, 100)];

/// How often both sides take turns: a machine's noise hits both.
const TURNS: usize = 3;

/// Measures both sides in turns.
///
/// # Errors
/// When a server refuses.
pub async fn measure(extent: &Extent) -> anyhow::Result<Vec<Table>> {
    let installation = Installation::new();
    let token = installation.token("service", "load", "relay");
    let ledger = Server::start(&installation);
    let plain = PlainLedger::start()?;
    let (next, next_plain) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let cell = Duration::from_millis(extent.cell_ms);
    let how = format!(
        "Unary AppendEntries on the ledger, and on a writer of the load program that commits the same rows by the same group \
         commit behind the same gRPC server, without tree, tiles, hashes, commitments, key look-ups, key index, read-back, \
         fence and checkpoints. {TURNS} turns each, the sum shown. `tax`: the share of throughput that integrity costs."
    );
    const COLUMNS: [&str; 6] = ["in flight", "batch", "ledger entries/s", "plain entries/s", "tax", "fdatasync p50 ms"];
    let mut table = Table::new("Integrity tax", how, &COLUMNS);
    for (in_flight, batch) in CELLS {
        let sync = Cell::Fraction(device::sync_p50_ms()?);
        let (mut ours, mut theirs) = (Done::default(), Done::default());
        for _ in 0..TURNS {
            let callers = appenders(ledger.address(), &token, in_flight, batch, &next).await?;
            add(&mut ours, &call_for(callers, cell).await?);
            // What the ledger still owes from its turn is paid in its turn, not in the other's.
            wait_for_checkpoint(ledger.address(), &token, next.load(Ordering::Relaxed)).await?;
            let callers = appenders(&plain.address, &plain.token, in_flight, batch, &next_plain).await?;
            add(&mut theirs, &call_for(callers, cell).await?);
        }
        let tax = 1.0 - ours.per_second() / theirs.per_second();
        let (ours, theirs) = (Cell::rate(ours.items, ours.secs), Cell::rate(theirs.items, theirs.secs));
        table.row(vec![Cell::count(in_flight), Cell::count(batch), ours, theirs, Cell::Fraction(tax), sync]);
    }
    Ok(vec![table])
}

fn add(sum: &mut Done, done: &Done) {
    sum.items += done.items;
    sum.secs += done.secs;
}

/// The process of the plain writer, ended when dropped.
struct PlainLedger {
    child: Child,
    address: String,
    token: String,
    _folder: TempDir,
}

impl PlainLedger {
    fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--plain-ledger").arg(folder.path()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout is piped")).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line)?;
        let text = |field: &str| ready[field].as_str().map(ToOwned::to_owned).unwrap_or_default();
        Ok(Self { child, address: text("listening"), token: text("token"), _folder: folder })
    }
}

impl Drop for PlainLedger {
    fn drop(&mut self) {
        // Already ended is fine: what matters is that nothing is left behind.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
