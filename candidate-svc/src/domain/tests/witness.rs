//! An oracle of the invariants. It watches events alone, knows nothing of states, and is written from the rules, not from the code that
//! it judges.

use std::collections::BTreeMap;

use ledger_format::PayloadDigest;
use service_kit::access::{PrincipalId, PrincipalKind};

use crate::domain::*;

const CLOCK: &str = "services/clock";

/// What the witness remembers.
#[derive(Debug, Default)]
pub struct Witness {
    digest: Option<PayloadDigest>,
    proposer: Option<PrincipalId>,
    editors: Vec<PrincipalId>,
    four_eyes: bool,
    quorum: u32,
    /// Approvals that have not fallen.
    approvals: BTreeMap<PrincipalId, PayloadDigest>,
    /// The digest that may run, and the key of its approval.
    may_run: Option<(PayloadDigest, String)>,
    /// Who gave the approval ahead that stands.
    gave_ahead: Option<PrincipalId>,
    last_fence: u64,
    live_claim: Option<u64>,
    /// Whether an attempt under the approval that stands ended without a known result.
    in_doubt: bool,
    over: bool,
    /// Whether the catalogue calls repeating safe.
    retry_safe: bool,
}

impl Witness {
    /// Begins to watch a candidate whose operation can or cannot be repeated safely.
    pub fn new(retry_safe: bool) -> Self {
        Self { retry_safe, ..Self::default() }
    }

    /// Watches one event; panics when it breaks an invariant.
    pub fn watch(&mut self, event: &Event) {
        assert!(!self.over, "something happened after the end: {}", event.body.kind());
        watch_the_clock(event);
        match &event.body {
            EventBody::CandidateProposed(facts) => {
                self.proposer = Some(event.actor.clone());
                self.digest = Some(facts.payload.digest());
                self.take_verdict(&facts.policy);
            }
            EventBody::EvidenceAdded(facts) => self.drop_approvals(facts.approvals_dropped),
            EventBody::EvidenceRequested(facts) => self.drop_approvals(facts.approvals_dropped),
            EventBody::CandidateEdited(facts) => {
                assert_ne!(self.digest, Some(facts.payload.digest()), "C-7: an edit that kept the digest");
                self.drop_approvals(facts.approvals_dropped);
                self.digest = Some(facts.payload.digest());
                self.editors.push(event.actor.clone());
                self.take_verdict(&facts.policy);
                assert!(self.live_claim.is_none() && !self.in_doubt, "C-4: changed under an executor's hands");
            }
            EventBody::ApprovalCollected(facts) => {
                self.take_approval(&event.actor, facts.digest);
                assert!(self.approvals.len() < quorum(self.quorum), "C-1");
            }
            EventBody::CandidateApproved(facts) => self.watch_approved(event, facts),
            EventBody::ApprovalWithdrawn(_) => {
                // What was given ahead lapses with time; it was nobody's word on this candidate.
                let by_time = event.actor.as_str() == CLOCK;
                let ahead = self.gave_ahead.take_if(|giver| by_time || *giver == event.actor).is_some();
                let own = self.approvals.remove(&event.actor).is_some();
                assert!(own || ahead, "an approval that nobody gave was taken back");
                self.end_approval();
            }
            EventBody::ExecutionStarted(facts) => self.watch_started(facts),
            EventBody::ClaimExtended(facts) => assert_eq!(self.live_claim, Some(facts.fence), "C-3"),
            EventBody::CandidateExecuted(facts) => {
                self.end_claim(facts.fence);
                self.in_doubt = false;
                self.may_run = None;
            }
            EventBody::ExecutionFailed(facts) => {
                self.end_claim(facts.fence);
                if facts.retry_after_ms.is_none() {
                    self.use_up();
                }
                assert!(!(self.in_doubt && event.state == StateName::Failed), "C-4: doubt was passed off as failure");
            }
            EventBody::OutcomeLost(facts) => self.watch_lost(facts),
            EventBody::OutcomeSettled(facts) => match facts.finding {
                Finding::Executed(_) | Finding::Failed(_) => {
                    self.in_doubt = false;
                    self.use_up();
                }
                Finding::MayRetry => assert_eq!(event.actor.kind(), PrincipalKind::Human, "C-10"),
            },
            EventBody::CandidateRejected(_) | EventBody::CandidateWithdrawn(_) | EventBody::CandidateExpired(_) => {
                assert!(self.live_claim.is_none() && !self.in_doubt, "C-4: ended under an executor's hands");
                self.over = true;
            }
            EventBody::CandidateSentBack(_) => self.approvals.clear(),
            EventBody::CandidateEscalated(_) => {
                assert_eq!(event.actor.as_str(), "services/clock", "C-10: only time escalates");
                assert!(self.live_claim.is_none() && self.may_run.is_none(), "escalated after the decision");
            }
            EventBody::OwnerAssigned(_) | EventBody::CandidateHeld(_) | EventBody::CandidateReleased(_) => {}
        }
    }

    fn take_verdict(&mut self, verdict: &PolicyVerdict) {
        self.quorum = verdict.quorum;
        self.four_eyes = verdict.four_eyes;
    }

    fn drop_approvals(&mut self, said: u32) {
        assert_eq!(self.approvals.len(), quorum(said), "C-7: not as many fell as it says");
        self.approvals.clear();
        self.gave_ahead = None;
        self.may_run = None;
    }

    fn take_approval(&mut self, approver: &PrincipalId, digest: PayloadDigest) {
        assert_eq!(approver.kind(), PrincipalKind::Human, "C-10: a machine approved");
        assert_eq!(Some(digest), self.digest, "C-1: something else was approved");
        if self.four_eyes {
            assert_ne!(Some(approver), self.proposer.as_ref(), "C-9: an own proposal was approved");
            assert!(!self.editors.contains(approver), "C-9: an own edit was approved");
        }
        let first = self.approvals.insert(approver.clone(), digest).is_none();
        assert!(first, "C-9: one person counted twice");
    }

    fn watch_approved(&mut self, event: &Event, facts: &CandidateApproved) {
        if facts.standing_approval.is_some() {
            assert_eq!(event.actor.kind(), PrincipalKind::Human, "C-1: a machine gave a standing approval");
            assert_eq!((event.revision, event.ordinal), (1, 1), "C-7: a standing approval after the proposal");
            self.gave_ahead = Some(event.actor.clone());
        } else {
            self.take_approval(&event.actor, facts.digest);
            assert!(self.approvals.len() >= quorum(self.quorum), "C-1: approved without a quorum");
            let said: Vec<&PrincipalId> = facts.approvals.iter().map(|approval| approval.approver.id()).collect();
            assert_eq!(said.len(), self.approvals.len(), "C-1: it names other approvals than were given");
            assert!(said.iter().all(|approver| self.approvals.contains_key(*approver)), "C-1");
        }
        assert!(self.live_claim.is_none(), "C-3");
        self.in_doubt = false;
        self.may_run = Some((facts.digest, format!("{}/{}", event.candidate.id, event.revision)));
    }

    fn watch_started(&mut self, facts: &ExecutionStarted) {
        let (digest, key) = self.may_run.as_ref().expect("C-1: something ran without an approval");
        assert_eq!(facts.digest, *digest, "C-1: something else ran than was approved");
        assert_eq!(facts.idempotency_key, *key, "C-4: an attempt under a key of its own");
        assert_eq!(self.live_claim, None, "C-3: two live claims");
        assert_eq!(facts.fence, self.last_fence + 1, "C-3");
        assert!(!self.in_doubt || self.retry_safe, "C-4: a doubtful attempt was repeated");
        self.last_fence = facts.fence;
        self.live_claim = Some(facts.fence);
    }

    fn watch_lost(&mut self, facts: &OutcomeLost) {
        match facts.cause {
            LossCause::LeaseLapsed | LossCause::Executor => {
                self.end_claim(facts.fence);
                self.in_doubt = true;
            }
            LossCause::ApprovalLapsed => assert!(self.in_doubt, "C-4: lost without an attempt in doubt"),
        }
        assert!(facts.retry_after_ms.is_none() || self.retry_safe, "C-4: to be repeated, though that is not safe");
        if facts.retry_after_ms.is_none() {
            self.use_up();
        }
    }

    fn end_claim(&mut self, fence: u64) {
        assert_eq!(self.live_claim.take(), Some(fence), "C-3: a stale fence changed something");
    }

    fn use_up(&mut self) {
        self.may_run = None;
        self.approvals.clear();
    }

    fn end_approval(&mut self) {
        assert!(self.live_claim.is_none() && !self.in_doubt, "C-4: taken back under an executor's hands");
        self.may_run = None;
    }
}

fn quorum(count: u32) -> usize {
    usize::try_from(count).expect("a small number")
}

/// C-10: the clock ends things and tells others. It never approves and never starts one.
fn watch_the_clock(event: &Event) {
    if event.actor.as_str() == CLOCK {
        let ends = matches!(
            event.body,
            EventBody::ApprovalWithdrawn(_)
                | EventBody::CandidateExpired(_)
                | EventBody::CandidateReleased(_)
                | EventBody::CandidateEscalated(_)
                | EventBody::OutcomeLost(_)
        );
        assert!(ends, "C-10: the clock made `{}` happen", event.body.kind());
    }
}
