use ledger_format::Leaf;

use super::{Counts, Watched, Work};
use crate::harness::script::Step;

/// What came of the work.
#[derive(Debug)]
pub struct Outcome {
    /// What everybody was told.
    pub work: Work,
    /// What became of answers that were lost.
    pub counts: Counts,
    /// What stands in the ledger.
    pub leaves: Vec<Leaf>,
    /// What watchers saw of it.
    pub watched: Watched,
}

impl Outcome {
    /// Asserts that nothing that was answered is missing, nothing stands twice, and no watcher skipped anything; tells what was counted.
    ///
    /// # Panics
    ///
    /// When that is not so.
    pub fn check(&self) -> String {
        self.work.assert_recorded_once(&self.leaves);
        self.watched.assert_whole(&self.leaves);
        let Counts { lost, stood, streams } = self.counts;
        format!(
            "{} entries, {} proposals, {} decisions and {} reports were answered, none lost, none twice; {lost} answers were lost and \
             settled by sending again, of which {stood} proposals and entries stood already; {streams} streams were cut and taken up \
             again; {} watchers saw all of the {} entries in the ledger",
            self.work.told(|step| matches!(step, Step::Append(_))),
            self.work.told(|step| matches!(step, Step::Propose(_))),
            self.work.told(|step| matches!(step, Step::Decide(_))),
            self.work.reported.len(),
            self.watched.count(),
            self.leaves.len(),
        )
    }
}
