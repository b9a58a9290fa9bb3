//! Unknown outcomes that somebody found out about.

use crate::domain::{Attempt, AttemptOutcome, Candidate, Finding, OutcomeSettled, State};

pub(super) fn settled(candidate: &mut Candidate, facts: &OutcomeSettled) {
    match &facts.finding {
        // One of the attempts in doubt did it. Which one, nobody knows; the last stands for them.
        Finding::Executed(result) => {
            let last = doubtful(candidate).next_back().expect("C-4: an unknown outcome is some attempt's");
            last.outcome = AttemptOutcome::Succeeded;
            candidate.execution.result = Some(result.clone());
            candidate.drop_approvals();
            candidate.state = State::Executed;
        }
        // None of them did it.
        Finding::Failed(failure) => {
            doubtful(candidate).for_each(|attempt| attempt.outcome = AttemptOutcome::Failed(failure.clone()));
            candidate.drop_approvals();
            candidate.state = State::Failed;
        }
        // An approval follows. Until its quorum stands, nothing is settled, and the attempts stay on record as what they were.
        Finding::MayRetry => {}
    }
}

fn doubtful(candidate: &mut Candidate) -> impl DoubleEndedIterator<Item = &mut Attempt> {
    candidate.execution.attempts.iter_mut().filter(|attempt| attempt.outcome == AttemptOutcome::Unknown)
}
