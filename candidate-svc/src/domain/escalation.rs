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
}

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
    /// Returns the step of the chain that comes next while it waits; none when it waits for nobody, or the chain is at its end.
    pub(super) fn next_escalation(&self) -> Option<NextStep<'_>> {
        let waits = match &self.state {
            State::Proposed | State::NeedsEvidence(_) | State::NeedsOwner | State::Edited => true,
            State::Held(_)
            | State::Approved(_)
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
        let policy = self.policy.escalations.get(usize::try_from(taken).ok()?).filter(|_| waits)?;
        Some(NextStep { step: taken + 1, policy, due_at: self.waits_since().plus_secs(policy.after_secs) })
    }

    /// Returns when the wait began: at the proposal, or at the last edit.
    fn waits_since(&self) -> Moment {
        self.expires_at.minus_secs(self.policy.expire_after_secs)
    }
}
