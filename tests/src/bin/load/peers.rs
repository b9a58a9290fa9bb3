//! Single entries, durable before the answer, beside `UmaDB`: the same number of callers, the same bytes, in turns.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use serde::Deserialize;
use system_tests::harness::{Installation, Server};

use crate::callers::{Done, call_for};
use crate::entries::{CONNECTIONS_MAX, CONTENT_BYTES, appenders};
use crate::table::{Cell, Table};
use crate::{Extent, device};

/// Callers at once.
const CALLERS: [usize; 3] = [1, 8, 32];

/// How often both sides take turns: a machine's noise hits both.
const TURNS: usize = 3;

/// What the peer's client says of one turn.
#[derive(Deserialize)]
struct PeerDone {
    events: usize,
    secs: f64,
    p50_ms: f64,
    p99_ms: f64,
}

/// Measures both sides in turns; nothing when the peer's programs are not named.
///
/// # Errors
/// When either side refuses.
pub async fn measure(extent: &Extent) -> anyhow::Result<Vec<Table>> {
    const COLUMNS: [&str; 9] = [
        "callers",
        "ours/s",
        "p50 ms",
        "p99 ms",
        "UmaDB/s",
        "its p50 ms",
        "its p99 ms",
        "ours ÷ UmaDB",
        "fdatasync p50 ms",
    ];
    let Some(umadb) = &extent.umadb else {
        eprintln!(
            "  left out: name the peer's server with --umadb and its client with --peers (tests/peers/README.md)"
        );
        return Ok(Vec::new());
    };
    let installation = Installation::new();
    let token = installation.token("service", "load", "relay");
    let server = Server::start(&installation);
    let next = Arc::new(AtomicU64::new(0));
    let how = format!(
        "One entry a call, {CONTENT_BYTES} bytes, durable before the answer, Rust clients on up to {CONNECTIONS_MAX} connections; {TURNS} \
         turns each. Ours with tree, commitments, idempotency, checkpoints, token and access check; UmaDB of its PyPI wheel as \
         it comes."
    );
    let mut table = Table::new("Beside UmaDB", how, &COLUMNS);
    for callers in CALLERS {
        let sync = Cell::Fraction(device::sync_p50_ms()?);
        let mut ours = Done::default();
        let mut theirs = Vec::new();
        for _ in 0..TURNS {
            let appenders = appenders(server.address(), &token, callers, 1, &next).await?;
            let done = call_for(appenders, Duration::from_millis(extent.cell_ms)).await?;
            ours.add(done);
            let mut peer = Command::new(&extent.peers);
            peer.arg("--umadb").arg(umadb).args(["--callers", &callers.to_string()]);
            peer.args(["--content-bytes", &CONTENT_BYTES.to_string(), "--connections", &CONNECTIONS_MAX.to_string()]);
            let said = peer.args(["--cell-ms", &extent.cell_ms.to_string()]).output()?;
            anyhow::ensure!(
                said.status.success(),
                "the peer's client failed: {}",
                String::from_utf8_lossy(&said.stderr)
            );
            theirs.push(serde_json::from_slice::<PeerDone>(&said.stdout)?);
        }
        let [p50, p99] = ours.latencies.cells();
        let events: usize = theirs.iter().map(|done| done.events).sum();
        let their_secs: f64 = theirs.iter().map(|done| done.secs).sum();
        theirs.sort_by(|a, b| a.p50_ms.total_cmp(&b.p50_ms));
        let (their_p50, their_p99) = (theirs[TURNS / 2].p50_ms, theirs[TURNS / 2].p99_ms);
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 entries")]
        let ratio = ours.per_second() / (events as f64 / their_secs);
        table.row(vec![
            Cell::count(callers),
            Cell::rate_of(ours.per_second()),
            p50,
            p99,
            Cell::rate(events, their_secs),
            Cell::Fraction(their_p50),
            Cell::Fraction(their_p99),
            Cell::Fraction(ratio),
            sync,
        ]);
    }
    Ok(vec![table])
}
