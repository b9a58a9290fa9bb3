use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use service_kit::{access::PrincipalId, call::CallContext, telemetry::trace_context};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tonic::Status;

use super::claim_request::ClaimRequest;
use crate::{
    domain::{Actor, Candidate, ClaimCommand, Command, Executing, Moment, State},
    permit::{Permit, Proven, prove},
    rpc::Parts,
    store::{Ask, Claimable, CommandJob, Signals, WriteError},
};

/// How long to wait before the ledger is asked for proofs again, after it gave none.
const PROVE_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Claims for one stream, never more than the executor wants in flight.
///
/// Proofs are fetched before anything is claimed, so that no claim waits for the network. Between proof and claim
/// somebody else may be faster, or the approval may fall: then the domain refuses the claim, and the proof is dropped.
pub(super) struct Claimer {
    parts: Parts,
    executor: PrincipalId,
    ask: Ask,
    request: ClaimRequest,
    /// One place for each claim that may be unreported; a claim's place comes back when it is over.
    places: Arc<Semaphore>,
    /// Permits that are claimed and not sent yet.
    ready: VecDeque<Permit>,
}

/// What wakes a claimer that found nothing.
struct News {
    events: watch::Receiver<u64>,
    receipts: watch::Receiver<u64>,
}

impl Claimer {
    pub(super) fn new(parts: Parts, call: &CallContext, request: ClaimRequest) -> Self {
        let places = Arc::new(Semaphore::new(request.max_in_flight as usize));
        let ask = Ask {
            actor: Arc::new(Actor::from(&**call.principal())),
            request: None,
            traceparent: call.traceparent().unwrap_or_default().to_owned(),
        };
        let executor = call.principal().id().clone();
        Self { parts, executor, ask, request, places, ready: VecDeque::new() }
    }

    /// Waits for the next permit; none when the stream was asked to drain and nothing is left to claim.
    pub(super) async fn next(&mut self) -> Result<Option<Permit>, Status> {
        // From before the first read on: what is committed in between is news, not missed.
        let mut news = News::listen(self.parts.store.signals());
        loop {
            if let Some(permit) = self.ready.pop_front() {
                return Ok(Some(permit));
            }
            if std::mem::take(&mut self.request.reissue_held) {
                self.reissue_held().await?;
                continue;
            }
            let places = self.free_places().await;
            news.forget();
            let found = self.find(places.len()).await?;
            if found.is_empty() && self.request.drain && self.nothing_is_left().await? {
                return Ok(None);
            }
            let found_any = !found.is_empty();
            let claimed = match self.prove(found).await {
                Some(proven) => self.claim(proven, places).await?,
                None => continue,
            };
            if claimed == 0 {
                self.wait(&mut news, found_any || self.request.drain).await?;
            }
        }
    }

    /// Waits for one place, and takes all that are free then.
    async fn free_places(&self) -> Vec<OwnedSemaphorePermit> {
        let first = Arc::clone(&self.places).acquire_owned().await.expect("invariant: places are never closed");
        let mut places = vec![first];
        while let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            places.push(place);
        }
        places
    }

    async fn find(&self, limit: usize) -> Result<Vec<Claimable>, Status> {
        let ClaimRequest { workspace, action_types, .. } = &self.request;
        let reader = self.parts.store.read();
        Ok(reader.recorded_approvals(workspace, action_types, self.parts.now(), limit).await?)
    }

    /// Tells whether no approval is left that the executor could ever claim, recorded or not, now or after a back-off.
    async fn nothing_is_left(&self) -> Result<bool, Status> {
        Ok(self.next_claimable_from(None).await?.is_none())
    }

    async fn next_claimable_from(&self, after: Option<Moment>) -> Result<Option<Moment>, Status> {
        let ClaimRequest { workspace, action_types, .. } = &self.request;
        Ok(self.parts.store.read().next_claimable_from(workspace, action_types, after).await?)
    }

    /// Waits for a receipt, for the end of a back-off and, if asked, for any event.
    async fn wait(&self, news: &mut News, for_events: bool) -> Result<(), Status> {
        let back_off_ends = self.next_claimable_from(Some(self.parts.now())).await?;
        let back_off = async {
            match back_off_ends {
                Some(end) => self.parts.clock.sleep_until(end.timestamp()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = news.receipts.changed() => {}
            _ = news.events.changed(), if for_events => {}
            () = back_off => {}
        }
        Ok(())
    }

    /// Claims what was proved; returns how many claims were made.
    async fn claim(&mut self, proven: Vec<Proven>, mut places: Vec<OwnedSemaphorePermit>) -> Result<usize, Status> {
        let mut entered = Vec::with_capacity(proven.len());
        for proven in proven {
            let claim = ClaimCommand { lease_ms: self.request.lease_ms, recorded_at: Some(proven.recorded_at()) };
            let job = CommandJob {
                ask: Ask { traceparent: trace_of(&proven.claimable), ..self.ask.clone() },
                candidate: proven.claimable.candidate.clone(),
                command: Command::Claim(claim),
                in_batch: false,
            };
            entered.push((self.parts.store.enter_command(job).await?, proven));
        }
        let mut claimed = 0;
        for (entered, proven) in entered {
            match entered.answer().await {
                // A crash from here on leaves a claim without a permit: its lease lapses, or its executor asks for what
                // it holds.
                Ok(changed) => {
                    claimed += 1;
                    self.issue(&changed.candidate, proven, places.pop(), false);
                }
                Err(WriteError::Denied(denial)) => {
                    tracing::debug!(candidate = %proven.claimable.candidate.id, reason = %denial, "not claimed");
                }
                Err(error @ WriteError::NotTaken(_)) => return Err(error.into()),
            }
        }
        Ok(claimed)
    }

    /// Sends again what this executor still holds, under the old fences.
    async fn reissue_held(&mut self) -> Result<(), Status> {
        let reader = self.parts.store.read();
        let held = reader.claimed_by(&self.request.workspace, &self.executor).await?;
        let mut candidates = Vec::new();
        let mut claimables = Vec::new();
        for candidate in held {
            let State::Executing(Executing { approved, claim }) = &candidate.state else { continue };
            let performs = self.request.action_types.contains(&candidate.proposal.action_type);
            if !performs || claim.lease_expires_at <= self.parts.now() {
                continue;
            }
            let entry = reader.approving_entry(&candidate.name, approved.revision, approved.ordinal).await?;
            let entry = entry.expect("C-2: what is claimed was recorded");
            let ahead = candidate.approved_ahead();
            let granted_in = ahead.map(|used| used.grant_entry_index);
            claimables.push(Claimable { candidate: candidate.name.clone(), entry, granted_in });
            candidates.push(candidate);
        }
        if candidates.is_empty() {
            return Ok(());
        }
        let proven = loop {
            if let Some(proven) = self.prove(claimables.clone()).await {
                break proven;
            }
        };
        for (candidate, proven) in candidates.iter().zip(proven) {
            let place = Arc::clone(&self.places).try_acquire_owned().ok();
            self.issue(candidate, proven, place, true);
        }
        Ok(())
    }

    /// Has the ledger prove approvals; none, after a while, when it can not now: then nothing is executed.
    async fn prove(&self, claimables: Vec<Claimable>) -> Option<Vec<Proven>> {
        if claimables.is_empty() {
            return Some(Vec::new());
        }
        match prove(&self.parts.ledger, &self.request.workspace, claimables).await {
            Ok(proven) => Some(proven),
            Err(error) => {
                tracing::warn!(workspace = self.request.workspace.id(), %error, "approvals are not proved; nothing is claimed");
                self.parts.clock.sleep_until(self.parts.clock.now() + PROVE_AGAIN_AFTER).await;
                None
            }
        }
    }

    /// Puts the permit of a committed claim in line and holds its place until the claim is over.
    fn issue(&mut self, candidate: &Candidate, proven: Proven, place: Option<OwnedSemaphorePermit>, reissued: bool) {
        let State::Executing(Executing { claim, .. }) = &candidate.state else { return };
        let action_type = self.parts.catalogue.get(&candidate.proposal.action_type);
        let action_type = action_type.expect("invariant: what is claimed is of a catalogued action type");
        let signals = self.parts.store.signals();
        if let Some(place) = place {
            signals.hold_until_over(candidate.name.clone(), claim.fence, place);
        }
        let is_live = claim.lease_expires_at > self.parts.now();
        match Permit::of_claim(candidate, action_type, proven, reissued).filter(|_| is_live) {
            Some(permit) => self.ready.push_back(permit),
            // The lease lapsed before the permit was made; the clock settles the claim, the place is free.
            None => signals.give_back(&candidate.name, claim.fence),
        }
    }
}

impl News {
    fn listen(signals: &Signals) -> Self {
        Self { events: signals.events(), receipts: signals.receipts() }
    }

    fn forget(&mut self) {
        self.events.mark_unchanged();
        self.receipts.mark_unchanged();
    }
}

/// Returns the trace that a claim belongs to: that of the approval which it carries out, in a span of its own. The executor's stream lasts
/// for many claims and leads to none of them.
fn trace_of(claimable: &Claimable) -> String {
    let approval = &claimable.entry.traceparent;
    let span = tracing::info_span!(parent: None, "claim", candidate = %claimable.candidate.id);
    trace_context::set_parent(&span, approval);
    span.in_scope(trace_context::current).unwrap_or_else(|| approval.clone())
}
