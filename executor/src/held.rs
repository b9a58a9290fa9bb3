use std::collections::HashSet;

use crate::permit::Claim;

/// The claims this process has in hand, so that a permit that comes twice is acted on once.
///
/// After a reconnect the server sends again what it believes to be held, while reports are still on their way:
///
/// 1. claim A is in hand, the stream is cut, a new one asks for what is held;
/// 2. the server reads that A is held, then A's report is committed and answered: A leaves the hand;
/// 3. A's permit arrives once more and must not be acted on.
///
/// So what was settled since the stream began is remembered until a fresh permit shows that the repeats are over.
#[derive(Debug, Default)]
pub(crate) struct Held {
    in_hand: HashSet<Claim>,
    settled: HashSet<Claim>,
    repeats_may_come: bool,
}

impl Held {
    /// Notes that a new stream begins.
    pub(crate) fn stream_begins(&mut self) {
        self.settled.clear();
        self.repeats_may_come = true;
    }

    /// Takes a claim in hand; false when it was, or is, already there.
    pub(crate) fn take(&mut self, claim: &Claim, reissued: bool) -> bool {
        if !reissued {
            self.repeats_may_come = false;
            self.settled.clear();
        }
        !self.settled.contains(claim) && self.in_hand.insert(claim.clone())
    }

    /// Lets a claim go whose report was answered.
    pub(crate) fn settle(&mut self, claim: Claim) {
        self.in_hand.remove(&claim);
        if self.repeats_may_come {
            self.settled.insert(claim);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(fence: i64) -> Claim {
        let candidate = "workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55".parse().expect("a name");
        Claim { candidate, fence }
    }

    #[test]
    fn a_permit_that_comes_again_is_taken_once() {
        let mut held = Held::default();
        held.stream_begins();
        assert!(held.take(&claim(1), false));
        assert!(!held.take(&claim(1), true));
        assert!(held.take(&claim(2), false), "another fence is another claim");
    }

    #[test]
    fn a_repeat_that_crosses_its_own_report_is_not_taken() {
        let mut held = Held::default();
        held.stream_begins();
        assert!(held.take(&claim(1), false));
        held.stream_begins();
        held.settle(claim(1));
        assert!(!held.take(&claim(1), true));
    }

    #[test]
    fn nothing_is_remembered_once_a_fresh_permit_came() {
        let mut held = Held::default();
        held.stream_begins();
        assert!(held.take(&claim(1), true));
        held.settle(claim(1));
        assert!(held.take(&claim(2), false));
        held.settle(claim(2));
        assert!(held.settled.is_empty() && held.in_hand.is_empty());
    }
}
