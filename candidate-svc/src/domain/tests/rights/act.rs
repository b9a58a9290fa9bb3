//! Asks a candidate for something, as the code understands it.

use super::oracle::Answer;
use crate::domain::tests::cast::BEN;
use crate::domain::tests::story::{LEASE_MS, Story, failure, result};
use crate::domain::*;

/// Makes the command of an act, at a moment when it can be given.
pub(super) fn command(act: &str, story: &mut Story) -> Command {
    match act {
        "add_evidence" => story.add_evidence("note"),
        "request_evidence" => story.request_evidence(&[]),
        "assign_owner" => story.assign_owner("humans/dora"),
        "edit" => story.edit_due("2026-12-09"),
        "approve" => story.approve(),
        "withdraw_approval" => story.withdraw_approval(),
        "reject" => story.reject(),
        "hold" => story.hold(None, true),
        "release" => story.release(),
        "withdraw" => story.withdraw(),
        "expire" => {
            story.pass_unheeded();
            Command::Expire
        }
        "escalate" => {
            // While a hold has an end, the chain rests.
            if story.state() == StateName::Held {
                story.tell(BEN, story.hold(None, false));
            }
            story.pass_days(7);
            Command::Escalate
        }
        "claim" => story.claim(),
        "extend_claim" => story.extend_claim(),
        "report_success" => story.report_success(),
        "report_failure" => story.report_failure(true),
        "lose_track (said)" => story.lose_track(),
        "lose_track (lapsed)" => {
            story.pass_ms(LEASE_MS);
            Command::LoseTrack(LoseTrack::LeaseLapsed)
        }
        "settle (executed)" => settle(story, Settlement::Executed(result())),
        "settle (failed)" => settle(story, Settlement::Failed(failure(false))),
        "settle (approve)" => settle(story, story.anew()),
        "retry" => story.retry(),
        "send_back" => story.send_back(),
        other => panic!("nobody knows how to ask for {other}"),
    }
}

/// Carries the last fence, which a service needs and a person may give.
fn settle(story: &Story, settlement: Settlement) -> Command {
    let finding = "Looked.".into();
    Command::Settle(Settle { etag: story.etag(), finding, settlement, fence: Some(story.fence()) })
}

/// Reads a decision as an answer; nothing but state and rights may stand in the way.
pub(super) fn read(decided: Result<Vec<Event>, Refusal>) -> Answer {
    match decided {
        Ok(_) => Answer::Done,
        Err(Refusal::IllegalTransition { reason, .. }) if reason.is_empty() => Answer::NotNow,
        Err(Refusal::NotEntitled { .. }) => Answer::NotYours,
        Err(other) => panic!("neither state nor rights: {other}"),
    }
}
