//! A process that does nothing: what it weighs, and how soon it answers.

use std::time::{Duration, Instant};

use countersign_api::candidate::v1::ListActionTypesRequest;
use countersign_api::candidate::v1::proposal_service_client::ProposalServiceClient;
use service_kit::grpc::connect;
use system_tests::harness::{Installation, Server};

use crate::entries::PARENT;
use crate::latency::Latencies;
use crate::table::{Cell, Table};

/// Starts that are timed.
const STARTS: usize = 9;

/// How long it is left alone before it is weighed.
const LEFT_ALONE: Duration = Duration::from_secs(2);

/// Starts the process several times over one folder.
///
/// # Errors
/// When it does not answer or cannot be weighed.
pub async fn measure() -> anyhow::Result<Vec<Table>> {
    let installation = Installation::new();
    let token = installation.token("generator", "load", "proposer").parse()?;
    let mut times = Latencies::default();
    let mut resident_kib = 0;
    for start in 0..STARTS {
        let started = Instant::now();
        let server = Server::start(&installation);
        let channel = connect(&format!("http://{}", server.address()), &token).await?;
        let request = ListActionTypesRequest { parent: PARENT.to_owned() };
        ProposalServiceClient::new(channel).list_action_types(request).await?;
        times.note(started.elapsed());
        if start + 1 == STARTS {
            tokio::time::sleep(LEFT_ALONE).await;
            resident_kib = resident(server.id())?;
        }
        let (status, stderr) = server.terminate();
        anyhow::ensure!(status.success(), "the server did not drain: {stderr}");
    }
    let how = format!(
        "All services in one process, an empty log. From the start of the program to the first answered call, {STARTS} times; memory {} s \
         after it.",
        LEFT_ALONE.as_secs()
    );
    let mut table = Table::new("Idle process", how, &["first answer p50 ms", "slowest ms", "resident MiB"]);
    let (p50, slowest) = (times.percentile_ms(50), times.percentile_ms(100));
    table.row(vec![Cell::Fraction(p50), Cell::Fraction(slowest), Cell::Fraction(f64::from(resident_kib) / 1_024.0)]);
    Ok(vec![table])
}

/// Reads a process's resident memory, in KiB.
fn resident(process: &str) -> anyhow::Result<u32> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.ok_or_else(|| anyhow::anyhow!("the kernel does not say how much memory is resident"))?.trim().parse()?)
}
