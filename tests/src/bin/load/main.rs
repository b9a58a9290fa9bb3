//! Measures how fast Countersign is, beside what the device and the bare database can do in the same run. Client and server
//! are two processes on loopback, with token, access check, trace and metrics, as in production.
//!
//! `cargo run --release -p system-tests --bin load -- [MEASUREMENT]… [--database DATABASE] [--json]`; `--help` shows examples.
//!
//! Each file beside this one is one measurement, or a part that several share. Nothing is asserted about time: figures are
//! for people, and `docs/performance.md` keeps them. What must be so whatever the speed (receipts dense, proofs verify, every
//! item answered) is checked, and ends the run.

mod bare;
mod bare_postgres;
mod bare_sqlite;
mod callers;
mod cast;
mod device;
mod entries;
mod idle;
mod inbox;
mod latency;
mod ledger;
mod machine;
mod on_disk;
mod peers;
mod place;
mod plain_keys;
mod plain_ledger;
mod plain_rows;
mod proposals;
mod single;
mod table;
mod tax;
mod whole_loop;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use serde_json::json;

use place::Database;
use plain_ledger::PlainArguments;
use table::Table;

/// The one that the server has: what the bare database is given is not slowed down by another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EXAMPLES: &str = "\
Examples:
  load                                     everything, on both databases: some twenty minutes
  load device ledger --database postgres   PostgreSQL beside bare inserts of the same rows
  load proposals loop --json > all.json    one JSON object: machine, servers, every table
  load loop --loops 20000                  more candidates round the whole loop
  load ledger inbox --cell-ms 300 --open 10000 --calls 100    a first look
  load peers --umadb .venv/bin/umadb       beside UmaDB; see tests/peers/README.md

Rows are shown on stderr as they come, tables on stdout when a measurement is over.
PostgreSQL's programs must be installed: its servers are made in a temporary folder, with
PostgreSQL's own settings, and end with their measurement. Everything is written below TMPDIR,
which chooses the disk.";

#[derive(Parser)]
#[command(name = "load", about = "Measures speed beside the limits of device and database, in one run", after_help = EXAMPLES)]
struct Arguments {
    /// What to measure; everything when nothing is named
    measurements: Vec<Measurement>,
    /// On which database; may be given twice
    #[arg(long, value_enum, default_values_t = [Database::Sqlite, Database::Postgres])]
    database: Vec<Database>,
    /// Prints one JSON object instead of tables
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    extent: Extent,
    #[command(flatten)]
    plain: PlainArguments,
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
    /// How many candidates are open while pages of them are asked for
    #[arg(long, default_value_t = 1_000_000)]
    open: usize,
    /// How often each of these pages is asked for
    #[arg(long, default_value_t = 1_000)]
    calls: usize,
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
    /// Appends to the ledger over gRPC, and the bare database inserting the same rows
    Ledger,
    /// The ledger's appends with and without tree, commitments and idempotency
    Tax,
    /// Proposals on streams, and the bare database inserting the same rows
    Proposals,
    /// The whole loop, many at once; bytes on disk for each candidate
    Loop,
    /// The whole loop, one candidate at a time
    Single,
    /// Pages of the inbox among very many open candidates
    Inbox,
    /// Memory of an idle process, and the time from its start to its first answer
    Idle,
    /// Appends of single entries beside a peer's
    Peers,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(folder) = &arguments.plain.folder {
        return arguments.plain.serve(folder).await;
    }
    let chosen =
        if arguments.measurements.is_empty() { Measurement::value_variants() } else { &arguments.measurements };
    let mut tables = Vec::new();
    for measurement in chosen {
        eprintln!("measuring: {}", name(*measurement));
        let measured = measurement.run(&arguments.extent, &arguments.database).await?;
        if !arguments.json {
            measured.iter().for_each(Table::print);
        }
        tables.extend(measured);
    }
    if arguments.json {
        let tables: Vec<_> = tables.iter().map(Table::to_json).collect();
        let machine = machine::describe(&arguments.database).await?;
        println!("{}", json!({ "machine": machine, "measurements": tables }));
    }
    Ok(())
}

impl Measurement {
    async fn run(self, extent: &Extent, databases: &[Database]) -> anyhow::Result<Vec<Table>> {
        let mut tables = Vec::new();
        for database in databases {
            tables.extend(match self {
                Self::Device => return device::measure(),
                Self::Ledger => ledger::measure(extent, *database).await?,
                Self::Tax => tax::measure(extent, *database).await?,
                Self::Proposals => proposals::measure(extent, *database).await?,
                Self::Loop => whole_loop::measure(extent, *database).await?,
                Self::Single => single::measure(extent, *database).await?,
                Self::Inbox => inbox::measure(extent, *database).await?,
                Self::Idle => return idle::measure().await,
                Self::Peers => return peers::measure(extent).await,
            });
        }
        Ok(tables)
    }
}

fn name(measurement: Measurement) -> String {
    measurement.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
