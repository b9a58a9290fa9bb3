use crate::{outcome::Outcome, report::Reported};

/// How many attempts ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Done.
    pub succeeded: u64,
    /// Not done, for certain; refused permits included.
    pub failed: u64,
    /// Nobody knows.
    pub unknown: u64,
    /// Reports that the server refused, e.g. since the claim had lapsed.
    pub reports_refused: u64,
}

impl Tally {
    /// Returns how many attempts ended.
    pub const fn total(&self) -> u64 {
        self.succeeded + self.failed + self.unknown + self.reports_refused
    }

    pub(crate) fn count(&mut self, ending: Ending) {
        match ending {
            Ending::Succeeded => self.succeeded += 1,
            Ending::Failed => self.failed += 1,
            Ending::Unknown => self.unknown += 1,
            Ending::ReportRefused => self.reports_refused += 1,
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.unknown += other.unknown;
        self.reports_refused += other.reports_refused;
    }
}

/// How one attempt ended, as the tally counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Succeeded,
    Failed,
    Unknown,
    ReportRefused,
}

impl Ending {
    pub(crate) fn of(outcome: &Outcome, reported: Reported) -> Self {
        match (reported, outcome) {
            (Reported::Refused, _) => Self::ReportRefused,
            (Reported::Kept, Outcome::Succeeded { .. }) => Self::Succeeded,
            (Reported::Kept, Outcome::Failed { .. }) => Self::Failed,
            (Reported::Kept, Outcome::Unknown { .. }) => Self::Unknown,
        }
    }
}
