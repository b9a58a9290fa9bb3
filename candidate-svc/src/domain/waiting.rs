//! What a candidate waits for once something it waited for has come.

use super::{Candidate, Held, NeedsEvidence, State, StateName, Waiting};

impl Candidate {
    /// Returns what it waits for once evidence no longer does: an owner, else a decision.
    pub(super) const fn waiting_once_evidenced(&self) -> Waiting {
        if self.owner.is_some() { self.waiting_for_decision() } else { Waiting::NeedsOwner }
    }

    /// Returns how it waits for a decision: as proposed, or as somebody edited it.
    pub(super) const fn waiting_for_decision(&self) -> Waiting {
        if self.was_edited() { Waiting::Edited } else { Waiting::Proposed }
    }

    /// Returns what it waits for once a person edited it. Needs outlive an edit, also under a hold: an edit answers no question and finds
    /// no owner. Only a hold itself ends.
    pub(super) fn waiting_once_edited(&self) -> Waiting {
        match &self.state {
            State::NeedsEvidence(needs) => Waiting::NeedsEvidence(needs.clone()),
            State::Held(held) => match &held.before {
                Waiting::NeedsEvidence(needs) => Waiting::NeedsEvidence(needs.clone()),
                Waiting::NeedsOwner => Waiting::NeedsOwner,
                Waiting::Proposed | Waiting::Edited => Waiting::Edited,
            },
            State::Proposed
            | State::NeedsOwner
            | State::Edited
            | State::Approved(_)
            | State::Executing(_)
            | State::Executed
            | State::Failed
            | State::OutcomeUnknown
            | State::Rework(_)
            | State::Rejected(_)
            | State::Withdrawn(_)
            | State::Expired => Waiting::Edited,
        }
    }

    /// Returns what evidence is awaited, also under a hold.
    pub(super) const fn awaited_evidence(&self) -> Option<&NeedsEvidence> {
        match &self.state {
            State::NeedsEvidence(needs) | State::Held(Held { before: Waiting::NeedsEvidence(needs), .. }) => {
                Some(needs)
            }
            State::Proposed
            | State::NeedsOwner
            | State::Edited
            | State::Held(Held { before: Waiting::Proposed | Waiting::NeedsOwner | Waiting::Edited, .. })
            | State::Approved(_)
            | State::Executing(_)
            | State::Executed
            | State::Failed
            | State::OutcomeUnknown
            | State::Rework(_)
            | State::Rejected(_)
            | State::Withdrawn(_)
            | State::Expired => None,
        }
    }
}

impl Waiting {
    /// Returns the plain name of the state.
    pub const fn name(&self) -> StateName {
        match self {
            Self::Proposed => StateName::Proposed,
            Self::NeedsEvidence(_) => StateName::NeedsEvidence,
            Self::NeedsOwner => StateName::NeedsOwner,
            Self::Edited => StateName::Edited,
        }
    }

    /// Returns it as a hold can keep it; none for a state that no hold interrupts.
    pub(super) fn interrupted(state: &State) -> Option<Self> {
        match state {
            State::Proposed => Some(Self::Proposed),
            State::NeedsEvidence(needs) => Some(Self::NeedsEvidence(needs.clone())),
            State::NeedsOwner => Some(Self::NeedsOwner),
            State::Edited => Some(Self::Edited),
            State::Held(held) => Some(held.before.clone()),
            State::Approved(_)
            | State::Executing(_)
            | State::Executed
            | State::Failed
            | State::OutcomeUnknown
            | State::Rework(_)
            | State::Rejected(_)
            | State::Withdrawn(_)
            | State::Expired => None,
        }
    }
}
