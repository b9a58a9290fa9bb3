//! What a decision needs to know besides candidate and command.

use super::{ActionType, ActionTypeName, Actor, Moment, Refusal, RequestId, ReviewPolicy, Rival};

/// What a decision needs to know besides candidate and command: time, caller, catalogue and policy, all handed in.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// When it is decided.
    pub now: Moment,
    /// Who gives the command.
    pub actor: &'a Actor,
    /// The request that asks for it; none for the clock.
    pub request_id: Option<&'a RequestId>,
    /// W3C traceparent of the call; may be empty.
    pub traceparent: &'a str,
    /// The candidate's entry of the catalogue; none when the catalogue has no such entry (any more).
    pub action_type: Option<&'a ActionType>,
    /// The review policy in force; asked at proposal and at each edit.
    pub policy: &'a dyn ReviewPolicy,
    /// Whether this is one decision of several sent together. What is of high risk is approved singly.
    pub in_batch: bool,
    /// Candidates about the same field of the same record that were approved already.
    pub rivals: &'a [Rival],
}

impl Context<'_> {
    /// Returns the catalogue's entry of this name.
    ///
    /// # Errors
    ///
    /// [`Refusal::ActionTypeUnknown`] when there is none, or when the entry handed in is another's.
    pub(super) fn catalogued(&self, name: &ActionTypeName) -> Result<&ActionType, Refusal> {
        let entry = self.action_type.filter(|entry| entry.name == *name);
        entry.ok_or_else(|| Refusal::ActionTypeUnknown { name: name.to_string() })
    }
}
