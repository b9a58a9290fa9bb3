//! Sends an executed or failed candidate back, saying where the fault lay.

use super::transcript::Transcript;
use crate::domain::limits::NOTE_MAX_BYTES;
use crate::domain::{
    Candidate, CandidateSentBack, Context, Event, EventBody, Fault, Refusal, SendBack, StateName, bounds,
};

pub(super) fn decide(candidate: &Candidate, command: &SendBack, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    bounds::required_text("reason", &command.reason, NOTE_MAX_BYTES)?;
    if command.fault == Fault::Edit && !candidate.was_edited() {
        return Err(Refusal::malformed(
            "fault",
            "nobody edited it: say whether the proposal or the execution was wrong",
        ));
    }
    let sent_back =
        EventBody::CandidateSentBack(CandidateSentBack { reason: command.reason.clone(), fault: command.fault });
    Ok(Transcript::of_next(candidate, context).then(StateName::Rework, sent_back).events())
}
