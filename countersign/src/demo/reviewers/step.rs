use countersign_api::candidate::v1::{Fault, RejectionReason, State};

use super::people::PEOPLE;
use super::plan::{Afterwards, Decision, Plan};
use super::story::Story;

/// One thing that a simulated reviewer does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Approves the payload as it is.
    Approve,
    /// Makes the usual edit for the action type.
    Edit,
    /// Refuses.
    Reject(RejectionReason),
    /// Puts aside, until somebody releases it.
    Hold,
    /// Ends the hold.
    Release,
    /// Asks for evidence.
    Ask,
    /// Brings the evidence that is asked for.
    AddEvidence,
    /// Takes it over.
    Assign,
    /// Sends it back after execution or failure.
    SendBack(Fault),
}

/// Says what comes next for a candidate; nothing when the simulation is done with it, waits for others, or a person has
/// taken it in hand.
///
/// It depends on the plan and on the record alone, so whoever calls it after a crash gets the step that was due then.
pub fn next_step(plan: &Plan, story: &Story) -> Option<Step> {
    if story.is_in_a_persons_hands || story.editors.len() >= PEOPLE.len() {
        return None;
    }
    match story.state {
        State::Proposed | State::Edited => on_review(plan, story),
        State::NeedsEvidence => on_missing(plan, story, Step::AddEvidence),
        State::NeedsOwner => on_missing(plan, story, Step::Assign),
        State::Held => (plan.decision == Decision::HoldThenApprove).then_some(Step::Release),
        State::Executed if story.sent_back == 0 => match plan.afterwards {
            Afterwards::Accept => None,
            Afterwards::ReworkThenApprove => Some(Step::SendBack(Fault::Proposal)),
            Afterwards::ReworkThenReject => Some(Step::SendBack(fault_of(story))),
        },
        State::Failed if story.sent_back == 0 => Some(Step::SendBack(Fault::Execution)),
        State::Failed => Some(Step::Reject(RejectionReason::Other)),
        State::Rework => match plan.afterwards {
            // Only what was executed can be put right; what failed would fail again.
            Afterwards::ReworkThenApprove if story.executions > 0 => Some(Step::Edit),
            Afterwards::Accept | Afterwards::ReworkThenApprove | Afterwards::ReworkThenReject => {
                Some(Step::Reject(RejectionReason::WrongReading))
            }
        },
        State::Unspecified
        | State::Approved
        | State::Executing
        | State::Executed
        | State::OutcomeUnknown
        | State::Rejected
        | State::Withdrawn
        | State::Expired => None,
    }
}

fn on_review(plan: &Plan, story: &Story) -> Option<Step> {
    if story.sent_back > 0 {
        return Some(Step::Approve);
    }
    match plan.decision {
        Decision::Approve => Some(Step::Approve),
        Decision::Edit => Some(if story.edits == 0 { Step::Edit } else { Step::Approve }),
        Decision::Reject(reason) => Some(Step::Reject(reason)),
        Decision::Hold => (story.holds == 0).then_some(Step::Hold),
        Decision::HoldThenApprove => Some(if story.holds == 0 { Step::Hold } else { Step::Approve }),
        Decision::Ask => Some(if story.questions == 0 { Step::Ask } else { Step::Approve }),
        Decision::LeaveOpen => None,
    }
}

/// Where a proposal cannot be decided yet: what it lacks is brought when it is to be approved in the end.
fn on_missing(plan: &Plan, story: &Story, bring: Step) -> Option<Step> {
    match plan.decision {
        Decision::Reject(reason) if story.questions == 0 => Some(Step::Reject(reason)),
        Decision::LeaveOpen | Decision::Hold => None,
        Decision::Approve | Decision::Edit | Decision::HoldThenApprove | Decision::Ask | Decision::Reject(_) => {
            Some(bring)
        }
    }
}

fn fault_of(story: &Story) -> Fault {
    if story.edits > 0 { Fault::Edit } else { Fault::Proposal }
}
