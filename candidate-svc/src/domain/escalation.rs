//! What happens while nobody decides: somebody else hears of it, step by step. It never approves (C-10).

use serde::{Deserialize, Serialize};

use super::{Audience, Candidate, EscalationStep, Moment, State, as_text};

/// The last step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// The step of the policy's chain, from 1.
    pub step: u32,
    /// To whom.
    #[serde(with = "as_text")]
    pub to: Audience,
    /// When.
    pub escalated_at: Moment,
    /// Whether somebody has answered it since by putting the candidate aside or asking for evidence: then the turn is not theirs any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_answered: bool,
}

/// How late a step may be before the expiry moves with it.
const LATE_MAX_SECS: u64 = 60;

/// A step that is to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NextStep<'a> {
    /// Its place in the chain, from 1.
    pub(super) step: u32,
    /// What the policy says.
    pub(super) policy: &'a EscalationStep,
    /// When it is due.
    pub(super) due_at: Moment,
}

impl Candidate {
    /// Returns the step of the chain that comes next while it waits; none when it waits for nobody, or the chain is at its end. While it is
    /// put aside until some moment, the chain rests; put aside without one, it would expire unheard, so the chain goes on.
    pub(super) fn next_escalation(&self) -> Option<NextStep<'_>> {
        let rests = matches!(&self.state, State::Held(held) if held.until_at.is_some());
        self.step_left().filter(|_| !rests)
    }

    /// Returns the next step of an open candidate's chain, whether it rests or not.
    fn step_left(&self) -> Option<NextStep<'_>> {
        let is_open = match &self.state {
            State::Proposed | State::NeedsEvidence(_) | State::NeedsOwner | State::Edited | State::Held(_) => true,
            State::Approved(_)
            | State::Executing(_)
            | State::Executed
            | State::Failed
            | State::OutcomeUnknown
            | State::Rework(_)
            | State::Rejected(_)
            | State::Withdrawn(_)
            | State::Expired => false,
        };
        let taken = self.escalation.as_ref().map_or(0, |escalation| escalation.step);
        let policy = self.policy.escalations.get(usize::try_from(taken).ok()?).filter(|_| is_open)?;
        Some(NextStep { step: taken + 1, policy, due_at: self.waits_since().plus_secs(policy.after_secs) })
    }

    /// Tells whether the policy names somebody who has not heard of it, and should before it expires.
    pub(super) fn is_unheard(&self) -> bool {
        self.step_left().is_some_and(|step| step.due_at < self.expires_at)
    }

    /// Tells whether the chain has a step before it expires.
    pub fn escalates_next(&self) -> bool {
        self.next_escalation().is_some_and(|next| next.due_at < self.expires_at)
    }

    /// Returns when it expires once a step is taken at a moment: where the step comes late, because nothing was running when it was due,
    /// whoever hears of it only now has as long to decide as the policy gives them. None when nothing moves.
    pub(super) fn expiry_after(&self, step: &NextStep<'_>, at: Moment) -> Option<Moment> {
        let late_us = at.as_micros() - step.due_at.as_micros();
        let late_secs = u64::try_from(late_us / 1_000_000).ok().filter(|late_secs| *late_secs > LATE_MAX_SECS)?;
        Some(self.expires_at.plus_secs(late_secs))
    }

    /// Returns when the wait began: at the proposal, or at the last edit; later by as much as the
    /// expiry was moved.
    fn waits_since(&self) -> Moment {
        self.expires_at.minus_secs(self.policy.expire_after_secs)
    }
}
