//! Proposals on streams, each durable before its answer; then the bare database inserting the rows that came of it, in commits as
//! large as the service's were.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use countersign_api::candidate::v1::StreamProposalsRequest;
use prost::Message as _;
use system_tests::harness::proposing::{Proposer, item};

use crate::bare::Replay;
use crate::place::{Database, Place};
use crate::table::{Cell, Table};
use crate::{Extent, device};

/// Streams at once.
const STREAMS: [usize; 2] = [1, 4];

/// How often service and bare database take turns.
const TURNS: usize = 3;

/// The tables in which each proposal leaves rows.
const TABLES: [&str; 5] = ["candidates", "events", "requests", "triggers", "likenesses"];

/// Measures one stream, then several.
///
/// # Errors
/// When the server does not drain or does not verify.
pub async fn measure(extent: &Extent, database: Database) -> anyhow::Result<Vec<Table>> {
    const COLUMNS: [&str; 7] =
        ["streams", "acknowledged/s", "recorded/s", "items in a commit", "bare/s", "share of bare", "fdatasync p50 ms"];
    let how = format!(
        "{} proposals of {} bytes encoded, with token, trace and schema check, each durable before its answer; the ledger appends \
         them at the same time. `recorded`: until the drained server has a receipt for each. `bare`: the same rows of the {} \
         tables, indexes included, inserted again by the database alone in commits of the service's mean size, right after it. \
         Each row is a turn of its own, over empty databases.",
        extent.items,
        extent.item_bytes,
        TABLES.len()
    );
    let mut table = Table::new("Proposals streamed in", how, &COLUMNS).on(database);
    for streams in STREAMS {
        for _ in 0..TURNS {
            table.row(cell(extent, database, streams).await?);
        }
    }
    Ok(vec![table])
}

async fn cell(extent: &Extent, database: Database, streams: usize) -> anyhow::Result<Vec<Cell>> {
    let sync = Cell::Fraction(device::sync_p50_ms()?);
    let place = Place::make(database)?;
    let token = place.installation.token("generator", "load", "proposer");
    let server = place.serve();
    let each = extent.items / streams;
    let mut streaming = Vec::new();
    for stream in 0..streams {
        let items = (stream * each..(stream + 1) * each).map(|number| sized(number, extent.item_bytes)).collect();
        let mut proposer = Proposer::connect(server.address(), &token).await;
        streaming.push(async move { proposer.stream_all(items).await.len() });
    }
    let started = Instant::now();
    let answered: usize = futures::future::join_all(streaming).await.into_iter().sum();
    let acknowledged_secs = started.elapsed().as_secs_f64();
    anyhow::ensure!(answered == each * streams, "an item was not answered");
    let commit = mean_commit(server.admin())?;
    let (status, stderr) = server.terminate();
    anyhow::ensure!(status.success(), "the server did not drain: {stderr}");
    let recorded_secs = started.elapsed().as_secs_f64();
    let verified = place.installation.json(&["ledger", "verify"]);
    anyhow::ensure!(verified["logs"][0]["size"] == answered, "not everything is recorded: {verified}");

    let replay = Replay::read(&place.candidates(), &TABLES, extent.items).await?;
    let bare = replay.insert(commit, true, Duration::from_millis(2 * extent.cell_ms)).await?;
    let share = Cell::Fraction(per_second(answered, acknowledged_secs) / bare.per_second());
    let (rate, recorded) = (Cell::rate(answered, acknowledged_secs), Cell::rate(answered, recorded_secs));
    let bare = Cell::rate(bare.items, bare.secs);
    Ok(vec![Cell::count(streams), rate, recorded, Cell::count(commit), bare, share, sync])
}

/// Makes the item of a number, filled up to this encoded size.
fn sized(number: usize, bytes: usize) -> StreamProposalsRequest {
    let mut item = item(number);
    let missing = bytes.saturating_sub(item.encoded_len() + 2);
    if let Some(proposal) = &mut item.proposal {
        proposal.context_summary.push_str(&"x".repeat(missing));
    }
    item
}

/// Reads from the server's metrics how many jobs of candidate-svc's writer shared one commit.
fn mean_commit(admin: &str) -> anyhow::Result<usize> {
    let mut stream = TcpStream::connect(admin)?;
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let read = |suffix: &str| -> anyhow::Result<f64> {
        let line = text.lines().find(|line| line.contains(suffix) && line.contains("writer=\"candidates\""));
        let line = line.ok_or_else(|| anyhow::anyhow!("the metrics have no `{suffix}` of the candidates' writer"))?;
        Ok(line.rsplit(' ').next().unwrap_or_default().parse()?)
    };
    let mean = read("writer_batch_jobs_sum")? / read("writer_batch_jobs_count")?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of at most some thousands")]
    Ok((mean.round() as usize).max(1))
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 items")]
fn per_second(count: usize, secs: f64) -> f64 {
    count as f64 / secs
}
