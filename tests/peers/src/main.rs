//! Appends single events to UmaDB from some callers at once, for some time, and prints one JSON object.
//!
//! The load program starts it once for each turn: a server of its own over a new folder, with the defaults of its wheel, and
//! UmaDB's own Rust client. An event has a type, one tag and the content, and is durable before its answer.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use rand::RngExt as _;
use serde_json::json;
use tokio::task::JoinSet;
use umadb_client::{AsyncUmaDbClient, UmaDbClient};
use umadb_dcb::{DcbEvent, DcbEventStoreAsync as _};

/// Subjects that events are about; each is a tag.
const SUBJECTS: usize = 100;

/// How long the server may take to answer first.
const STARTS_WITHIN: Duration = Duration::from_secs(20);

#[derive(Parser)]
#[command(about = "Appends single events to UmaDB and prints the rate as JSON")]
struct Arguments {
    /// The server that the wheel installs
    #[arg(long)]
    umadb: PathBuf,
    #[arg(long, default_value_t = 1)]
    callers: usize,
    #[arg(long, default_value_t = 8)]
    connections: usize,
    #[arg(long, default_value_t = 512)]
    content_bytes: usize,
    #[arg(long, default_value_t = 3_000)]
    cell_ms: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir()?;
    let server = Server::start(&arguments.umadb, folder.path())?;
    let mut clients = vec![server.connect().await?];
    for _ in 1..arguments.callers.min(arguments.connections) {
        clients.push(server.connect().await?);
    }
    let mut content = vec![0; arguments.content_bytes];
    rand::rng().fill(content.as_mut_slice());

    // As the load program has it: a fifth of the time goes before the cell and counts for nothing.
    let cell = Duration::from_millis(arguments.cell_ms);
    let begin = Instant::now() + cell / 5;
    let end = begin + cell;
    let mut tasks = JoinSet::new();
    for caller in 0..arguments.callers {
        let (client, content) = (Arc::clone(&clients[caller % clients.len()]), content.clone());
        tasks.spawn(async move { append_until(&client, caller, &content, begin..end).await });
    }
    let mut taken = Vec::new();
    while let Some(done) = tasks.join_next().await {
        taken.extend(done??);
    }
    taken.sort_unstable();
    let percentile_ms = |percent: usize| {
        let rank = (taken.len() * percent).div_ceil(100).max(1);
        taken.get(rank - 1).map_or(0.0, |taken| taken.as_secs_f64() * 1_000.0)
    };
    let (p50_ms, p99_ms) = (percentile_ms(50), percentile_ms(99));
    println!("{}", json!({ "events": taken.len(), "secs": cell.as_secs_f64(), "p50_ms": p50_ms, "p99_ms": p99_ms }));
    Ok(())
}

async fn append_until(
    client: &AsyncUmaDbClient,
    caller: usize,
    content: &[u8],
    cell: std::ops::Range<Instant>,
) -> anyhow::Result<Vec<Duration>> {
    let mut taken = Vec::new();
    for number in caller.. {
        let started = Instant::now();
        if started >= cell.end {
            break;
        }
        let event = DcbEvent::new()
            .event_type("candidate_proposed")
            .tags([format!("candidate:{}", number % SUBJECTS)])
            .data(content.to_vec());
        client.append(vec![event], None, None).await?;
        let answered = Instant::now();
        if cell.contains(&answered) {
            taken.push(answered - started);
        }
    }
    Ok(taken)
}

/// The server's process, ended when dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(program: &Path, folder: &Path) -> anyhow::Result<Self> {
        // Free now, and taken by nobody else in the moment until the server takes it.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let mut command = Command::new(program);
        command.args(["--listen", &address, "--db-path"]).arg(folder.join("uma.db"));
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self { child, address })
    }

    async fn connect(&self) -> anyhow::Result<Arc<AsyncUmaDbClient>> {
        let started = Instant::now();
        loop {
            let connected = UmaDbClient::new(format!("http://{}", self.address)).connect_async().await;
            match connected {
                Ok(client) => return Ok(Arc::new(client)),
                Err(error) if started.elapsed() > STARTS_WITHIN => return Err(error.into()),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended is fine: what matters is that nothing is left behind.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
