//! The whole loop, one candidate at a time: how long a person's approval takes to become a recorded outcome.

use std::time::{Duration, Instant};

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{
    ClaimExecutionsResponse, ProposalAccepted, ProposeCandidateRequest, WatchOutcomesRequest, WatchOutcomesResponse,
};
use tonic::Streaming;

use crate::cast::{self, Cast, PARENT};
use crate::latency::Latencies;
use crate::place::Database;
use crate::table::{Cell, Table};
use crate::whole_loop::approval;
use crate::{Extent, device};

/// Longest that one candidate may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Syncs that follow one another from the approval to the outcome's ledger entry: approval, its ledger entry, fence and
/// checkpoint (the receipt is kept meanwhile), claim, report, the outcome's ledger entry.
const SYNCS_ON_THE_PATH: f64 = 7.0;

/// Times of each step, from the moment the approval is sent.
#[derive(Default)]
struct Steps {
    answered: Latencies,
    permitted: Latencies,
    reported: Latencies,
    recorded: Latencies,
    proved: Latencies,
}

/// Sends one candidate after the other round the loop.
///
/// # Errors
/// When anything is refused, a proof does not verify, or one takes beyond all patience.
pub async fn measure(extent: &Extent, database: Database) -> anyhow::Result<Vec<Table>> {
    let before = device::sync_p50_ms()?;
    let mut cast = Cast::assemble(database).await?;
    let watching = WatchOutcomesRequest { parent: PARENT.to_owned(), resume_token: String::new() };
    // The streams are answered once there is something to send: nobody waits for that before the first candidate is there.
    let mut steps = Steps::default();
    let first = propose(&mut cast, 0).await?;
    let mut outcomes = cast.proposals.watch_outcomes(watching).await?.into_inner();
    let mut executions = cast.executions.clone();
    let mut permits = executions.claim_executions(cast::claim(1)).await?.into_inner();
    tokio::time::timeout(PATIENCE, one(&mut cast, first, &mut permits, &mut outcomes, &mut Steps::default())).await??;
    for number in 1..=extent.singles {
        let accepted = propose(&mut cast, number).await?;
        let round = one(&mut cast, accepted, &mut permits, &mut outcomes, &mut steps);
        tokio::time::timeout(PATIENCE, round).await??;
    }
    let sync_ms = f64::midpoint(before, device::sync_p50_ms()?);
    let target_ms = SYNCS_ON_THE_PATH * sync_ms + 1.0;
    let how = format!(
        "{} candidates, each when the one before is over. From sending the approval until: it is answered; the permit is there and \
         verified; the report is answered; the outcome's ledger entry is seen by a watcher; its proof is verified. \
         Target for the entry: {SYNCS_ON_THE_PATH} syncs × {sync_ms:.3} ms + 1 ms = {target_ms:.3} ms.",
        extent.singles
    );
    let mut table =
        Table::new("Whole loop, one at a time", how, &["until", "p50 ms", "p99 ms", "p99 ÷ p50"]).on(database);
    let named = [
        ("approval answered", &steps.answered),
        ("permit verified", &steps.permitted),
        ("report answered", &steps.reported),
        ("outcome recorded", &steps.recorded),
        ("outcome proved", &steps.proved),
    ];
    for (name, latencies) in named {
        let [p50, p99] = latencies.cells();
        let spread = latencies.percentile_ms(99) / latencies.percentile_ms(50);
        table.row(vec![Cell::text(name), p50, p99, Cell::Fraction(spread)]);
    }
    Ok(vec![table])
}

async fn propose(cast: &mut Cast, number: usize) -> anyhow::Result<ProposalAccepted> {
    let item = cast::proposal(number);
    let request = ProposeCandidateRequest { parent: item.parent, request_id: item.request_id, proposal: item.proposal };
    let candidate = cast.proposals.propose_candidate(request).await?.into_inner().candidate.unwrap_or_default();
    Ok(ProposalAccepted {
        candidate: candidate.name,
        revision: candidate.revision,
        state: candidate.state,
        digest: candidate.payload.unwrap_or_default().digest,
        replayed: false,
    })
}

async fn one(
    cast: &mut Cast,
    accepted: ProposalAccepted,
    permits: &mut Streaming<ClaimExecutionsResponse>,
    outcomes: &mut Streaming<WatchOutcomesResponse>,
    steps: &mut Steps,
) -> anyhow::Result<()> {
    let name = accepted.candidate.clone();
    let started = Instant::now();
    cast.reviews.approve_candidate(approval(accepted, format!("approve-{name}"))).await?;
    steps.answered.note(started.elapsed());

    let permit = permits.message().await?.and_then(|response| response.permit).unwrap_or_default();
    anyhow::ensure!(permit.candidate == name, "a permit for another candidate");
    let report = cast::carry_out(&permit, &cast.key)?;
    steps.permitted.note(started.elapsed());
    cast.executions.report_outcome(report).await?;
    steps.reported.note(started.elapsed());

    let entry = loop {
        let seen = outcomes.message().await?.and_then(|outcome| outcome.event).unwrap_or_default();
        let event = seen.event.unwrap_or_default();
        if event.candidate == name && matches!(event.event, Some(Event::CandidateExecuted(_))) {
            break (seen.entry_index, seen.leaf_hash);
        }
    };
    steps.recorded.note(started.elapsed());
    cast.auditor.prove(&[entry]).await?;
    steps.proved.note(started.elapsed());
    Ok(())
}
