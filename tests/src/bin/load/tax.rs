//! What integrity costs: the ledger beside writers that keep the same rows and vouch for nothing.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::callers::{Done, call_for};
use crate::entries::appenders;
use crate::ledger::wait_for_checkpoint;
use crate::place::{Database, Place};
use crate::table::{Cell, Table};
use crate::{Extent, device};

/// In flight × entries of one call.
const CELLS: [(usize, usize); 3] = [(256, 1), (256, 10), (32, 100)];

/// How often all sides take turns: a machine's noise hits each.
const TURNS: usize = 3;

/// Measures all sides in turns.
///
/// # Errors
/// When a server refuses.
pub async fn measure(extent: &Extent, database: Database) -> anyhow::Result<Vec<Table>> {
    const COLUMNS: [&str; 8] = [
        "in flight",
        "batch",
        "ledger entries/s",
        "sealed entries/s",
        "clear entries/s",
        "integrity tax",
        "all",
        "fdatasync p50 ms",
    ];
    let place = Place::make(database)?;
    let token = place.installation.token("service", "load", "relay");
    let ledger = place.serve();
    let writers = [PlainLedger::start(&place, true)?, PlainLedger::start(&place, false)?];
    let next: [Arc<AtomicU64>; 3] = Default::default();
    let cell = Duration::from_millis(extent.cell_ms);
    let how = format!(
        "Unary AppendEntries on the ledger, and on two writers of the load program that commit rows of the same columns and sizes by the \
         same group commit behind the same gRPC server, without tree, tiles, hashes, commitments, key look-ups, key index, read-back, \
         fence and checkpoints: `sealed` seals contents under keys that it keeps apart, as the ledger does so that they can be erased; \
         `clear` does not. {TURNS} turns each, the sum shown. `integrity tax`: the share of the throughput of `sealed` that is lost; \
         `all`: of that of `clear`."
    );
    let mut table = Table::new("Integrity tax", how, &COLUMNS).on(database);
    for (in_flight, batch) in CELLS {
        let sync = Cell::Fraction(device::sync_p50_ms()?);
        let mut done: [Done; 3] = Default::default();
        for _ in 0..TURNS {
            let callers = appenders(ledger.address(), &token, in_flight, batch, &next[0]).await?;
            done[0].add(call_for(callers, cell).await?);
            // What the ledger still owes from its turn is paid in its turn, not in the others'.
            wait_for_checkpoint(ledger.address(), &token, next[0].load(Ordering::Relaxed)).await?;
            for (writer, side) in writers.iter().zip(1..) {
                let callers = appenders(&writer.address, &writer.token, in_flight, batch, &next[side]).await?;
                done[side].add(call_for(callers, cell).await?);
            }
        }
        let [ours, sealed, clear] = done.map(|done| done.per_second());
        let mut row = vec![Cell::count(in_flight), Cell::count(batch)];
        row.extend([ours, sealed, clear].map(Cell::rate_of));
        row.extend([Cell::Fraction(1.0 - ours / sealed), Cell::Fraction(1.0 - ours / clear), sync]);
        table.row(row);
    }
    Ok(vec![table])
}

/// The process of the plain writer, ended when dropped.
struct PlainLedger {
    child: Child,
    address: String,
    token: String,
    _folder: TempDir,
}

impl PlainLedger {
    fn start(place: &Place, seals: bool) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--plain-ledger").arg(folder.path()).stdout(Stdio::piped());
        if seals {
            command.arg("--plain-seals");
        }
        if let Some(databases) = place.plain() {
            command.arg("--plain-databases").args(databases);
        }
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
