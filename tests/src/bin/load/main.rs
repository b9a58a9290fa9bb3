//! Measures how fast Countersign is, beside what the device and the bare database can do in the same run. Client and server
//! are two processes on loopback, with token, access check, trace and metrics, as in production.
//!
//! `cargo run --release -p system-tests --bin load -- [MEASUREMENT]… [--json]`
//!
//! Each file beside this one is one measurement, or a part that several share. Nothing is asserted about time: figures are
//! for people, and `docs/performance.md` keeps them. What must be so whatever the speed (receipts dense, proofs verify, every
//! item answered) is checked, and ends the run.

mod bare;
mod callers;
mod cast;
mod device;
mod entries;
mod idle;
mod latency;
mod ledger;
mod machine;
mod on_disk;
mod peers;
mod plain_ledger;
mod proposals;
mod replay;
mod single;
mod table;
mod tax;
mod whole_loop;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use serde_json::json;

use table::Table;

#[derive(Parser)]
#[command(about = "Measures speed beside the limits of device and database, in one run")]
struct Arguments {
    /// What to measure; everything when nothing is named
    measurements: Vec<Measurement>,
    /// Prints one JSON object instead of tables
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    extent: Extent,
    /// Serves the ledger without its integrity in this folder: the other side of the measurement `tax`
    #[arg(long, value_name = "FOLDER", hide = true)]
    plain_ledger: Option<PathBuf>,
}

/// How much of everything.
#[derive(Debug, Clone, Parser)]
struct Extent {
    /// How long each cell lasts, in milliseconds, after its warm-up
    #[arg(long, default_value_t = 3_000)]
    cell_ms: u64,
    /// How many proposals are streamed
    #[arg(long, default_value_t = 40_000)]
    items: usize,
    /// Encoded size of each proposal, in bytes
    #[arg(long, default_value_t = 1_024)]
    item_bytes: usize,
    /// How many candidates go round the whole loop
    #[arg(long, default_value_t = 8_000)]
    loops: usize,
    /// How many go round one at a time
    #[arg(long, default_value_t = 400)]
    singles: usize,
    /// The `umadb` program that its wheel installs; without it the peer is left out
    #[arg(long, value_name = "PROGRAM")]
    umadb: Option<PathBuf>,
    /// The program of the package in `tests/peers`, which calls the peer
    #[arg(long, value_name = "PROGRAM", default_value = "tests/peers/target/release/peers")]
    peers: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measurement {
    /// Sync times of the device, and a bare loop of syncs
    Device,
    /// Appends to the ledger over gRPC, and bare SQLite inserting the same rows
    Ledger,
    /// The ledger's appends with and without tree, commitments and idempotency
    Tax,
    /// Proposals on a stream, and bare SQLite inserting the same rows
    Proposals,
    /// The whole loop, many at once; bytes on disk for each candidate
    Loop,
    /// The whole loop, one candidate at a time
    Single,
    /// Memory of an idle process, and the time from its start to its first answer
    Idle,
    /// Appends of single entries beside a peer's
    Peers,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(folder) = arguments.plain_ledger {
        return plain_ledger::serve(&folder).await;
    }
    let chosen =
        if arguments.measurements.is_empty() { Measurement::value_variants() } else { &arguments.measurements };
    let mut tables = Vec::new();
    for measurement in chosen {
        eprintln!("measuring: {}", name(*measurement));
        let measured = measurement.run(&arguments.extent).await?;
        if !arguments.json {
            measured.iter().for_each(Table::print);
        }
        tables.extend(measured);
    }
    if arguments.json {
        let tables: Vec<_> = tables.iter().map(Table::to_json).collect();
        println!("{}", json!({ "machine": machine::describe(), "measurements": tables }));
    }
    Ok(())
}

impl Measurement {
    async fn run(self, extent: &Extent) -> anyhow::Result<Vec<Table>> {
        match self {
            Self::Device => device::measure(),
            Self::Ledger => ledger::measure(extent).await,
            Self::Tax => tax::measure(extent).await,
            Self::Proposals => proposals::measure(extent).await,
            Self::Loop => whole_loop::measure(extent).await,
            Self::Single => single::measure(extent).await,
            Self::Idle => idle::measure().await,
            Self::Peers => peers::measure(extent).await,
        }
    }
}

fn name(measurement: Measurement) -> String {
    measurement.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
