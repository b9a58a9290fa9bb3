//! The whole loop, many candidates at once: propose → approve → permit → report → recorded and proved; then the bytes that
//! each candidate left on disk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign_api::candidate::v1::batch_answer::Result as Decided;
use countersign_api::candidate::v1::batch_decision::Decision;
use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::stream_proposals_response::Result as ItemResult;
use countersign_api::candidate::v1::{
    ApproveCandidateRequest, BatchDecision, DecideBatchRequest, ProposalAccepted, ReportOutcomeRequest,
    WatchOutcomesRequest, execution_service_client::ExecutionServiceClient,
};
use countersign_api::etag::Etag;
use service_kit::grpc::AuthorizedChannel;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::cast::{self, Cast, PARENT, SUBSTANCE_BYTES};
use crate::place::Database;
use crate::table::{Cell, Table};
use crate::{Extent, device, on_disk};

/// Decisions of one `DecideBatch`.
const DECISIONS: usize = 250;
/// Reviewers who decide at once.
const REVIEWERS: usize = 2;
/// Streams of claims.
const EXECUTORS: usize = 2;
/// Claims of one stream that are not reported yet.
const IN_FLIGHT: i32 = 256;
/// Entries proved by one call.
const PROOFS: usize = 1_000;
/// Longest that the loop may take for a thousand candidates.
const PATIENCE: Duration = Duration::from_secs(20);

type Tasks = JoinSet<anyhow::Result<()>>;

/// An entry of the ledger: its index and the leaf hash of its receipt.
type Recorded = (i64, Vec<u8>);

/// Sends candidates round the loop and counts what the disk holds afterwards.
///
/// # Errors
/// When anything is refused, a proof does not verify, or it takes beyond all patience.
pub async fn measure(extent: &Extent, database: Database) -> anyhow::Result<Vec<Table>> {
    const COLUMNS: [&str; 6] =
        ["candidates", "loops/s", "proposed after s", "approved after s", "reported after s", "fdatasync p50 ms"];
    let sync = Cell::Fraction(device::sync_p50_ms()?);
    let cast = Cast::assemble(database).await?;
    let started = Instant::now();
    let patience = PATIENCE * u32::try_from(extent.loops.div_ceil(1_000))?;
    let phases = tokio::time::timeout(patience, all(&cast, extent.loops)).await??;
    let secs = started.elapsed().as_secs_f64();
    let (status, stderr) = cast.server.terminate();
    anyhow::ensure!(status.success(), "the server did not drain: {stderr}");

    let how = format!(
        "From the first proposal to the last verified proof. One stream of proposals ({SUBSTANCE_BYTES} bytes of payload and \
         evidence), {REVIEWERS} reviewers with DecideBatch of up to {DECISIONS}, {EXECUTORS} streams of claims with {IN_FLIGHT} in \
         flight, each permit verified (signature, leaf, digest, proof) and reported by a unary call, outcomes watched in the \
         ledger's order, each outcome's entry proved and verified ({PROOFS} by one call). All phases overlap."
    );
    let mut table = Table::new("Whole loop, many at once", how, &COLUMNS).on(database);
    let [proposed, approved, reported] = phases.map(Cell::Fraction);
    table.row(vec![Cell::count(extent.loops), Cell::rate(extent.loops, secs), proposed, approved, reported, sync]);
    Ok(vec![table, on_disk::table(&cast.place, database, extent.loops).await?])
}

/// Runs all parts side by side; returns when each phase was over, in seconds.
async fn all(cast: &Cast, loops: usize) -> anyhow::Result<[f64; 3]> {
    let started = Instant::now();
    let ends: Arc<Mutex<[f64; 3]>> = Arc::default();
    let note = |phase: usize| {
        let ends = Arc::clone(&ends);
        move || async move { ends.lock().await[phase] = started.elapsed().as_secs_f64() }
    };
    let (accept, accepted) = mpsc::channel(4_096);
    let (record, recorded) = mpsc::channel(4_096);
    let (report, mut reported) = mpsc::channel(4_096);
    let mut tasks = Tasks::new();

    let proposed = note(0);
    let proposing = propose(cast, loops, accept);
    tasks.spawn(async move {
        proposing.await?;
        proposed().await;
        Ok(())
    });
    let accepted = Arc::new(Mutex::new(accepted));
    for reviewer in 0..REVIEWERS {
        let (deciding, approved) = (review(cast, reviewer, Arc::clone(&accepted)), note(1));
        tasks.spawn(async move {
            deciding.await?;
            approved().await;
            Ok(())
        });
    }
    for _ in 0..EXECUTORS {
        tasks.spawn(execute(cast, report.clone()));
    }
    drop(report);
    let all_reported = note(2);
    tasks.spawn(async move {
        for _ in 0..loops {
            reported.recv().await.ok_or_else(|| anyhow::anyhow!("the executors ended too early"))?;
        }
        all_reported().await;
        // Kept until the end: executors go on listening for permits.
        std::future::pending().await
    });
    tasks.spawn(watch(cast, record));
    let proving = prove(cast, loops, recorded);
    tokio::pin!(proving);
    loop {
        tokio::select! {
            proved = &mut proving => {
                proved?;
                break;
            }
            Some(ended) = tasks.join_next() => ended??,
        }
    }
    let ends = *ends.lock().await;
    Ok(ends)
}

fn propose(
    cast: &Cast,
    loops: usize,
    accept: mpsc::Sender<ProposalAccepted>,
) -> impl Future<Output = anyhow::Result<()>> + Send + use<> {
    let mut proposals = cast.proposals.clone();
    async move {
        let items: Vec<_> = (0..loops).map(cast::proposal).collect();
        let mut answers = proposals.stream_proposals(tokio_stream::iter(items)).await?.into_inner();
        while let Some(answer) = answers.message().await? {
            match answer.result {
                Some(ItemResult::Accepted(accepted)) => accept.send(accepted).await?,
                other => anyhow::bail!("`{}` was not accepted: {other:?}", answer.request_id),
            }
        }
        Ok(())
    }
}

fn review(
    cast: &Cast,
    reviewer: usize,
    accepted: Arc<Mutex<mpsc::Receiver<ProposalAccepted>>>,
) -> impl Future<Output = anyhow::Result<()>> + Send + use<> {
    let mut reviews = cast.reviews.clone();
    async move {
        for batch in 0.. {
            let mut taken = Vec::with_capacity(DECISIONS);
            if accepted.lock().await.recv_many(&mut taken, DECISIONS).await == 0 {
                return Ok(());
            }
            let decisions = taken.into_iter().enumerate().map(|(number, accepted)| BatchDecision {
                decision: Some(Decision::Approve(approval(accepted, format!("approve-{reviewer}-{batch}-{number}")))),
            });
            let request = DecideBatchRequest { parent: PARENT.to_owned(), decisions: decisions.collect() };
            for answer in reviews.decide_batch(request).await?.into_inner().answers {
                anyhow::ensure!(matches!(answer.result, Some(Decided::Candidate(_))), "not approved: {answer:?}");
            }
        }
        Ok(())
    }
}

/// Approves what was accepted.
pub fn approval(accepted: ProposalAccepted, request_id: String) -> ApproveCandidateRequest {
    ApproveCandidateRequest {
        name: accepted.candidate,
        request_id,
        etag: Etag::of_revision(accepted.revision.unsigned_abs()).to_string(),
        digest: accepted.digest,
        ..ApproveCandidateRequest::default()
    }
}

fn execute(cast: &Cast, report: mpsc::Sender<()>) -> impl Future<Output = anyhow::Result<()>> + Send + use<> {
    let (mut executions, key) = (cast.executions.clone(), cast.key.clone());
    async move {
        let mut permits = executions.claim_executions(cast::claim(IN_FLIGHT)).await?.into_inner();
        let mut reports = Tasks::new();
        loop {
            tokio::select! {
                permit = permits.message() => {
                    let permit = permit?.and_then(|response| response.permit);
                    let permit = permit.ok_or_else(|| anyhow::anyhow!("the stream of permits ended"))?;
                    let (executions, request, report) = (executions.clone(), cast::carry_out(&permit, &key)?, report.clone());
                    reports.spawn(async move {
                        report_on(executions, request).await?;
                        Ok(report.send(()).await?)
                    });
                }
                Some(reported) = reports.join_next() => reported??,
            }
        }
    }
}

/// Reports; comes back when told to where the queue is full.
async fn report_on(
    mut executions: ExecutionServiceClient<AuthorizedChannel>,
    request: ReportOutcomeRequest,
) -> anyhow::Result<()> {
    loop {
        let Err(refused) = executions.report_outcome(request.clone()).await else { return Ok(()) };
        let after = refused.get_details_retry_info().and_then(|info| info.retry_delay);
        match after {
            Some(after) if refused.code() == Code::ResourceExhausted => tokio::time::sleep(after).await,
            _ => return Err(refused.into()),
        }
    }
}

fn watch(cast: &Cast, record: mpsc::Sender<Recorded>) -> impl Future<Output = anyhow::Result<()>> + Send + use<> {
    let mut proposals = cast.proposals.clone();
    async move {
        let request = WatchOutcomesRequest { parent: PARENT.to_owned(), resume_token: String::new() };
        let mut outcomes = proposals.watch_outcomes(request).await?.into_inner();
        while let Some(outcome) = outcomes.message().await? {
            let seen = outcome.event.unwrap_or_default();
            if matches!(seen.event.and_then(|event| event.event), Some(Event::CandidateExecuted(_))) {
                record.send((seen.entry_index, seen.leaf_hash)).await?;
            }
        }
        anyhow::bail!("the stream of outcomes ended")
    }
}

fn prove(
    cast: &Cast,
    loops: usize,
    mut recorded: mpsc::Receiver<Recorded>,
) -> impl Future<Output = anyhow::Result<()>> + use<> {
    let mut auditor = cast.auditor.clone();
    async move {
        let mut proved = 0;
        while proved < loops {
            let mut entries = Vec::with_capacity(PROOFS);
            anyhow::ensure!(recorded.recv_many(&mut entries, PROOFS).await > 0, "nobody watches any more");
            auditor.prove(&entries).await?;
            proved += entries.len();
        }
        Ok(())
    }
}
