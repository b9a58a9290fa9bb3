//! Measures how fast proposals stream in, each durable before its answer, beside what the device can do in the same
//! run. Prints one JSON object.
//!
//! `cargo run --release -p system-tests --bin load -- --items 40000`

use std::time::Instant;

use clap::Parser;
use countersign_api::candidate::v1::StreamProposalsRequest;
use prost::Message as _;
use serde_json::json;
use system_tests::harness::proposing::{Proposer, item};
use system_tests::harness::{Installation, Server};

#[derive(Parser)]
#[command(about = "Streams proposals into a server process of its own and prints the rate as JSON")]
struct Arguments {
    /// How many proposals
    #[arg(long, default_value_t = 40_000)]
    items: usize,
    /// Encoded size of each, in bytes
    #[arg(long, default_value_t = 1_024)]
    item_bytes: usize,
    /// How many streams at once
    #[arg(long, default_value_t = 1)]
    streams: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let installation = Installation::new();
    let token = installation.token("generator", "load", "proposer");
    let sync = service_kit::fdatasync::measure(&installation.data_dir(), 500)?;
    let server = Server::start(&installation);

    let per_stream = arguments.items / arguments.streams;
    let mut tasks = Vec::new();
    let started = Instant::now();
    for stream in 0..arguments.streams {
        let items = (0..per_stream).map(|n| sized(stream * per_stream + n, arguments.item_bytes)).collect();
        let mut proposer = Proposer::connect(server.address(), &token).await;
        tasks.push(async move { proposer.stream_all(items).await.len() });
    }
    let answered: usize = futures::future::join_all(tasks).await.into_iter().sum();
    let streamed_secs = started.elapsed().as_secs_f64();
    let (status, stderr) = server.terminate();
    anyhow::ensure!(status.success(), "the server did not drain: {stderr}");
    let recorded_secs = started.elapsed().as_secs_f64();
    let verified = installation.json(&["ledger", "verify"]);

    println!(
        "{}",
        json!({
            "proposals": answered,
            "item_bytes": arguments.item_bytes,
            "streams": arguments.streams,
            "proposals_per_s": rate(answered, streamed_secs),
            "proposals_recorded_per_s": rate(answered, recorded_secs),
            "ledger_size": verified["logs"][0]["size"],
            "fdatasync_p50_us": sync.p50_micros,
            "fdatasync_p99_us": sync.p99_micros,
        })
    );
    Ok(())
}

/// The item with this number, filled up to this encoded size.
fn sized(number: usize, bytes: usize) -> StreamProposalsRequest {
    let mut item = item(number);
    let missing = bytes.saturating_sub(item.encoded_len() + 2);
    if let Some(proposal) = &mut item.proposal {
        proposal.context_summary.push_str(&"x".repeat(missing));
    }
    item
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a rate for people, in whole items")]
#[expect(clippy::cast_sign_loss, reason = "neither a count nor a time is negative")]
fn rate(count: usize, secs: f64) -> u64 {
    (count as f64 / secs) as u64
}
