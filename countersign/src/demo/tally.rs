use std::sync::Arc;
use std::time::Duration;

use countersign_api::candidate::v1::CandidateEvent;
use countersign_api::candidate::v1::candidate_event::Event;
use jiff::Timestamp;
use service_kit::clock::Clock;

use super::progress::Report;

/// Counts what a run does, and when it began and ended doing it.
#[derive(Debug)]
pub struct Tally {
    clock: Arc<dyn Clock>,
    report: Report,
    /// Proposals that are new.
    pub proposed: Phase,
    /// Proposals that had been kept before.
    pub replayed: u64,
    /// Proposals that the server refused.
    pub refused: u64,
    /// Decisions of reviewers: approvals, edits, rejections and holds.
    pub decided: Phase,
    /// Executions of this run's candidates that the ledger recorded in this run.
    pub executed: Phase,
    /// Entries that the ledger recorded in this run.
    pub recorded: Phase,
    /// Executions of this run's candidates, whenever they were.
    pub executions: u64,
    /// Entries of the ledger that were read, from its first.
    pub log_size: u64,
}

/// How often something happened, and within which time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Phase {
    count: u64,
    began_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

impl Tally {
    /// Begins to count.
    pub fn new(clock: Arc<dyn Clock>, report: Report) -> Self {
        Self {
            clock,
            report,
            proposed: Phase::default(),
            replayed: 0,
            refused: 0,
            decided: Phase::default(),
            executed: Phase::default(),
            recorded: Phase::default(),
            executions: 0,
            log_size: 0,
        }
    }

    /// Counts an answered proposal.
    pub fn proposed(&mut self, replayed: bool) {
        if replayed {
            self.replayed += 1;
        } else {
            self.proposed.happened(self.clock.now());
        }
        self.report.proposed(self.proposed.count + self.replayed);
    }

    /// Counts a decision of a reviewer.
    pub fn decided(&mut self) {
        self.decided.happened(self.clock.now());
        self.report.decided(self.decided.count);
    }

    /// Counts an entry of the ledger; only one that was not there before this run counts for its rates.
    pub fn recorded(&mut self, entry_index: i64, is_new: bool) {
        self.log_size = self.log_size.max(entry_index.unsigned_abs() + 1);
        if is_new {
            self.recorded.happened(self.clock.now());
        }
        self.report.recorded(self.log_size, self.executions);
    }

    /// Counts what happened to a candidate of this run.
    pub fn happened(&mut self, event: &CandidateEvent, is_new: bool) {
        let is_execution = match &event.event {
            Some(Event::CandidateExecuted(_)) => true,
            Some(Event::OutcomeSettled(settled)) => settled.result.is_some(),
            _ => false,
        };
        self.executions += u64::from(is_execution);
        if is_new && is_execution {
            self.executed.happened(self.clock.now());
        }
    }

    /// Tells that every proposal is answered.
    pub fn all_answered(&self) {
        self.report.all_answered();
    }

    /// Tells that nothing more will happen.
    pub fn all_settled(&self) {
        self.report.all_settled();
    }
}

impl Phase {
    fn happened(&mut self, now: Timestamp) {
        self.count += 1;
        self.began_at.get_or_insert(now);
        self.ended_at = Some(now);
    }

    /// Returns how often it happened.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Returns how often it happened in a second, between the first and the last time; none when there is no such time.
    pub fn per_second(&self) -> Option<f64> {
        let took: Duration = self.ended_at?.duration_since(self.began_at?).try_into().ok()?;
        let count = u32::try_from(self.count).ok()?;
        (count > 1 && !took.is_zero()).then(|| f64::from(count - 1) / took.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_counted_between_the_first_and_the_last_time() {
        let mut phase = Phase::default();
        assert_eq!(phase.per_second(), None);
        for millis in [0, 500, 1_000] {
            phase.happened(Timestamp::from_millisecond(millis).expect("a time"));
        }
        assert_eq!(phase.count(), 3);
        assert_eq!(phase.per_second(), Some(2.0));
    }

    #[test]
    fn what_happened_once_has_no_rate() {
        let mut phase = Phase::default();
        phase.happened(Timestamp::UNIX_EPOCH);
        assert_eq!(phase.per_second(), None);
    }
}
