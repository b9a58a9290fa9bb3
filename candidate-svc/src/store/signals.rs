use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use countersign_api::name::{CandidateName, Workspace};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge},
};
use service_kit::metrics::Metrics;
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::domain::{Moment, StateName};

/// What a commit changed that somebody may wait for.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// Workspaces that got events.
    pub(crate) with_events: BTreeSet<Workspace>,
    /// Events written.
    pub(crate) events: usize,
    /// Receipts written.
    pub(crate) receipts: usize,
    /// Triggers written.
    pub(crate) triggers: usize,
    /// The earliest moment at which the clock has something new to do.
    pub(crate) deadline: Option<Moment>,
    /// Claims that are over.
    pub(crate) ended_claims: Vec<(CandidateName, u64)>,
    /// Whether a change of the policy was approved.
    pub(crate) policy_approved: bool,
    /// Whether standing approvals may have turned.
    pub(crate) looked: bool,
    /// How many candidates more, or fewer, are in each state.
    pub(crate) states: BTreeMap<StateName, i64>,
}

/// Wakes whoever waits for what the writer commits: nobody polls a table.
///
/// Each signal only says that something is new; what it is, the waiter reads from the store. A signal that comes while
/// nobody waits is kept, so nothing committed is overlooked.
#[derive(Debug)]
pub struct Signals {
    workspaces: watch::Sender<BTreeSet<Workspace>>,
    events: watch::Sender<u64>,
    receipts: watch::Sender<u64>,
    triggers: watch::Sender<u64>,
    policy_approvals: watch::Sender<()>,
    looks: watch::Sender<()>,
    deadline: watch::Sender<Option<Moment>>,
    claims: Mutex<HashMap<(CandidateName, u64), OwnedSemaphorePermit>>,
    meters: Meters,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Debug)]
struct Meters {
    states: Family<StateLabel, Gauge>,
    outbox_events: Gauge,
}

impl Signals {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let meters = Meters {
            states: metrics.register("candidates", "Candidates by state", Family::default()),
            outbox_events: metrics.register("outbox_events", "Events without a ledger receipt", Gauge::default()),
        };
        Self {
            workspaces: watch::Sender::default(),
            events: watch::Sender::default(),
            receipts: watch::Sender::default(),
            triggers: watch::Sender::default(),
            policy_approvals: watch::Sender::default(),
            looks: watch::Sender::default(),
            deadline: watch::Sender::default(),
            claims: Mutex::default(),
            meters,
        }
    }

    /// Returns the workspaces that ever got an event; changes when there is another.
    pub fn workspaces(&self) -> watch::Receiver<BTreeSet<Workspace>> {
        self.workspaces.subscribe()
    }

    /// Changes when events were committed.
    pub fn events(&self) -> watch::Receiver<u64> {
        self.events.subscribe()
    }

    /// Changes when ledger receipts were committed.
    pub fn receipts(&self) -> watch::Receiver<u64> {
        self.receipts.subscribe()
    }

    /// Changes when triggers were committed.
    pub fn triggers(&self) -> watch::Receiver<u64> {
        self.triggers.subscribe()
    }

    /// Changes when a change of the policy was approved.
    pub(crate) fn policy_approvals(&self) -> watch::Receiver<()> {
        self.policy_approvals.subscribe()
    }

    /// Changes when it became known what looks at audit samples found, or another policy came into force.
    pub(crate) fn looks(&self) -> watch::Receiver<()> {
        self.looks.subscribe()
    }

    /// Holds a place among a stream's claims until the claim is over.
    pub(crate) fn hold_until_over(&self, candidate: CandidateName, fence: u64, place: OwnedSemaphorePermit) {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner).insert((candidate, fence), place);
    }

    /// Gives a claim's place back, when it turns out to be over already.
    pub(crate) fn give_back(&self, candidate: &CandidateName, fence: u64) {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner).remove(&(candidate.clone(), fence));
    }

    /// Returns the earliest known deadline; it moves forward only by [`Signals::forget_deadline`].
    pub(crate) fn deadline(&self) -> watch::Receiver<Option<Moment>> {
        self.deadline.subscribe()
    }

    /// Forgets the deadline before the store is asked for the earliest one: what is committed meanwhile sets it anew.
    pub(crate) fn forget_deadline(&self) {
        self.deadline.send_replace(None);
    }

    /// Moves the deadline to an earlier moment; a later one changes nothing.
    pub(crate) fn expect_by(&self, moment: Moment) {
        self.deadline.send_if_modified(|known| {
            let earlier = known.is_none_or(|known| moment < known);
            if earlier {
                *known = Some(moment);
            }
            earlier
        });
    }

    /// Sets what the store holds at start.
    pub(crate) fn begin(&self, workspaces: BTreeSet<Workspace>, states: &[(StateName, i64)], outbox_events: i64) {
        self.workspaces.send_replace(workspaces);
        for (state, count) in states {
            self.gauge(*state).set(*count);
        }
        self.meters.outbox_events.set(outbox_events);
    }

    /// Takes in workspaces that others wrote in.
    pub(crate) fn learn(&self, workspaces: BTreeSet<Workspace>) {
        self.workspaces.send_if_modified(|known| {
            let before = known.len();
            known.extend(workspaces);
            known.len() > before
        });
    }

    /// Returns the claims whose places are held until they are over.
    pub(crate) fn held_claims(&self) -> Vec<(CandidateName, u64)> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// Has everybody look who waits for something: what it was is not known.
    pub(crate) fn wake_all(&self) {
        for signal in [&self.events, &self.receipts, &self.triggers] {
            signal.send_modify(|commits| *commits += 1);
        }
        self.policy_approvals.send_replace(());
        self.looks.send_replace(());
    }

    /// Tells everybody what a commit changed.
    pub(crate) fn publish(&self, effects: Effects) {
        for (state, delta) in &effects.states {
            self.gauge(*state).inc_by(*delta);
        }
        let outbox =
            i64::try_from(effects.events).unwrap_or(i64::MAX) - i64::try_from(effects.receipts).unwrap_or(i64::MAX);
        self.meters.outbox_events.inc_by(outbox);
        if !effects.ended_claims.is_empty() {
            let mut claims = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
            for claim in effects.ended_claims {
                claims.remove(&claim);
            }
        }
        if let Some(deadline) = effects.deadline {
            self.expect_by(deadline);
        }
        if effects.policy_approved {
            self.policy_approvals.send_replace(());
        }
        if effects.looked {
            self.looks.send_replace(());
        }
        self.learn(effects.with_events);
        for (signal, count) in
            [(&self.events, effects.events), (&self.receipts, effects.receipts), (&self.triggers, effects.triggers)]
        {
            if count > 0 {
                signal.send_modify(|commits| *commits += 1);
            }
        }
    }

    fn gauge(&self, state: StateName) -> Gauge {
        self.meters.states.get_or_create_owned(&StateLabel { state: state.as_str() })
    }
}
