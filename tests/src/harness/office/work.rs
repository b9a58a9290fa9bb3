use std::collections::BTreeMap;

use ledger_format::Leaf;

use crate::harness::script::{Script, Step, Told};

/// The first number that is given to a command.
const FIRST: usize = 10_000;

/// What is to be asked, and what was told.
#[derive(Debug)]
pub struct Work {
    /// What was told.
    pub script: Script,
    /// Candidates whose success was reported and answered, with the revision after it.
    pub reported: BTreeMap<String, i64>,
    next: usize,
    undecided: Vec<usize>,
}

impl Default for Work {
    fn default() -> Self {
        Self { script: Script::default(), reported: BTreeMap::new(), next: FIRST, undecided: Vec::new() }
    }
}

impl Work {
    /// Takes the next proposal.
    #[expect(clippy::unnecessary_wraps, reason = "of decisions there may be none to take")]
    pub(super) const fn next_to_propose(&mut self) -> Option<Step> {
        Some(Step::Propose(self.number()))
    }

    /// Takes the next entry.
    #[expect(clippy::unnecessary_wraps, reason = "of decisions there may be none to take")]
    pub(super) const fn next_to_append(&mut self) -> Option<Step> {
        Some(Step::Append(self.number()))
    }

    /// Takes the next decision, if there is a proposal that nobody has decided on.
    pub(super) fn next_to_decide(&mut self) -> Option<Step> {
        self.undecided.pop().map(Step::Decide)
    }

    /// Returns what a command must know.
    pub(super) fn knowing(&self, step: Step) -> Script {
        let mut script = Script::default();
        if let Step::Decide(number) = step {
            let proposed = Step::Propose(number);
            script.told.insert(proposed, self.script.told[&proposed].clone());
        }
        script
    }

    /// Keeps what was told: who was told something before must be told the same.
    pub(super) fn note(&mut self, step: Step, told: Told) {
        if let Some(before) = self.script.told.get(&step) {
            assert_eq!(before, &told, "C-6: {step:?} was told something else before");
            return;
        }
        if let Step::Propose(number) = step {
            self.undecided.push(number);
        }
        self.script.told.insert(step, told);
    }

    /// Keeps what a report came to.
    pub(super) fn note_reported(&mut self, candidate: &str, revision: i64) {
        let before = self.reported.insert(candidate.to_owned(), revision);
        assert!(before.is_none_or(|before| before == revision), "C-6: {candidate}: {before:?}, then {revision}");
    }

    /// Counts what was told of a kind.
    pub fn told(&self, is_it: fn(&Step) -> bool) -> usize {
        self.script.told.keys().filter(|step| is_it(step)).count()
    }

    /// Asserts that the ledger has one proposal for each request, one entry for each key, one decision for each that was told, at most one
    /// success for each candidate, and each that was reported.
    ///
    /// # Panics
    ///
    /// When it has not.
    pub fn assert_recorded_once(&self, leaves: &[Leaf]) {
        self.script.assert_recorded(leaves);
        let count = |kind: &str| leaves.iter().filter(|leaf| leaf.kind == kind).count();
        assert_eq!(count("candidate_proposed"), self.told(|step| matches!(step, Step::Propose(_))));
        assert_eq!(count("note_taken"), self.told(|step| matches!(step, Step::Append(_))));
        let decided = count("candidate_approved") + count("candidate_rejected");
        assert_eq!(decided, self.told(|step| matches!(step, Step::Decide(_))));
        let mut executed = BTreeMap::new();
        for leaf in leaves.iter().filter(|leaf| leaf.kind == "candidate_executed") {
            let before = executed.insert(leaf.subject.clone(), leaf.subject_revision);
            assert!(before.is_none(), "{} was executed twice", leaf.subject);
        }
        for (name, revision) in &self.reported {
            assert_eq!(executed.get(name).copied(), u64::try_from(*revision).ok(), "{name} was reported");
        }
    }

    const fn number(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }
}
