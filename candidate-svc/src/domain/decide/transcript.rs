//! Writes down what a decision makes happen, each event in its envelope.

use countersign_api::name::{CandidateName, StandingApprovalName};
use service_kit::access::PrincipalId;

use crate::domain::{Candidate, Context, Event, EventBody, Moment, StateName, is_simulated};

/// The events of one decision. They share a revision and are numbered from 0.
pub(super) struct Transcript<'a> {
    candidate: &'a CandidateName,
    revision: u64,
    occurred_at: Moment,
    context: &'a Context<'a>,
    ahead: Option<&'a StandingApprovalName>,
    events: Vec<Event>,
}

impl<'a> Transcript<'a> {
    /// Begins the first revision of a candidate that is to be.
    pub(super) fn of_new(candidate: &'a CandidateName, context: &'a Context<'a>) -> Self {
        Self { candidate, revision: 1, occurred_at: context.now, context, ahead: None, events: Vec::with_capacity(1) }
    }

    /// Begins the next revision of a candidate. A clock that was set back does not set its history back.
    pub(super) fn of_next(candidate: &'a Candidate, context: &'a Context<'a>) -> Self {
        let occurred_at = context.now.max(candidate.updated_at);
        let revision = candidate.revision + 1;
        let ahead = candidate.approved_ahead().map(|used| &used.name);
        Self { candidate: &candidate.name, revision, occurred_at, context, ahead, events: Vec::with_capacity(1) }
    }

    /// Returns when the events of this decision happen.
    pub(super) const fn occurred_at(&self) -> Moment {
        self.occurred_at
    }

    /// Adds what the actor did, and the state that it leaves.
    pub(super) fn then(self, state: StateName, body: EventBody) -> Self {
        let actor = self.context.actor.principal();
        self.then_by(actor, state, body)
    }

    /// Adds what somebody else did, e.g. ahead of time.
    pub(super) fn then_by(mut self, actor: PrincipalId, state: StateName, body: EventBody) -> Self {
        let ordinal = u32::try_from(self.events.len()).expect("a decision makes a handful of events");
        self.events.push(Event {
            candidate: self.candidate.clone(),
            revision: self.revision,
            ordinal,
            occurred_at: self.occurred_at,
            simulated: is_simulated(&actor),
            erased: false,
            actor,
            request_id: self.context.request_id.cloned(),
            traceparent: self.context.traceparent.to_owned(),
            state,
            standing_approval: self.approved_under(&body),
            body,
        });
        self
    }

    /// Returns the events.
    pub(super) fn events(self) -> Vec<Event> {
        self.events
    }

    /// Returns the standing approval that a candidate stands under when this happens, or from then on. Where people approve, none.
    fn approved_under(&self, body: &EventBody) -> Option<StandingApprovalName> {
        if let EventBody::CandidateApproved(facts) = body {
            facts.standing_approval.clone()
        } else {
            self.ahead.cloned()
        }
    }
}
