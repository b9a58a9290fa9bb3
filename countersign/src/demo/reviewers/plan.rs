use countersign_api::candidate::v1::RejectionReason;
use ledger_format::sha256;

const DRAW_TAG: &[u8] = b"countersign/simulated-plan/v1\n";

/// What the simulated reviewers will do with one candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// What they decide on the proposal.
    pub decision: Decision,
    /// What they do once it has been executed.
    pub afterwards: Afterwards,
    /// Who begins; the others take their turns after.
    pub first_person: usize,
}

/// What they decide on a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Approve it as it is.
    Approve,
    /// Edit it, then another approves.
    Edit,
    /// Refuse it.
    Reject(RejectionReason),
    /// Put it aside, and leave it there.
    Hold,
    /// Put it aside, take it up again, approve.
    HoldThenApprove,
    /// Ask for evidence, which then comes, and approve.
    Ask,
    /// Leave it to others.
    LeaveOpen,
}

/// What they do after execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Afterwards {
    /// Nothing: it is fine.
    Accept,
    /// Send it back, edit it, approve it again.
    ReworkThenApprove,
    /// Send it back and refuse it.
    ReworkThenReject,
}

impl Plan {
    /// Draws the plan for a candidate: the same for the same seed, source record and action type.
    pub fn draw(seed: u64, source_id: &str, action_type: &str) -> Self {
        let length = u64::try_from(source_id.len()).unwrap_or(u64::MAX).to_be_bytes();
        let hash = sha256(&[DRAW_TAG, &seed.to_be_bytes(), &length, source_id.as_bytes(), action_type.as_bytes()]);
        let mut numbers = hash
            .as_bytes()
            .chunks_exact(4)
            .map(|bytes| bytes.iter().fold(0_usize, |sum, &byte| (sum << 8) | usize::from(byte)));
        let mut below = |bound: usize| numbers.next().expect("invariant: a hash holds eight numbers") % bound;
        let weights = Weights::of(action_type);
        let decision = weights.decision(below(Weights::SUM), below(REASONS.len()));
        let afterwards = weights.afterwards(below(Weights::SUM));
        Self { decision, afterwards, first_person: below(usize::from(u16::MAX)) }
    }
}

const REASONS: [RejectionReason; 5] = [
    RejectionReason::WrongReading,
    RejectionReason::Duplicate,
    RejectionReason::NotWorthIt,
    RejectionReason::BadTiming,
    RejectionReason::InsufficientEvidence,
];

/// How many of a hundred candidates of one action type get which decision; the rest is left open.
#[derive(Debug, Clone, Copy)]
struct Weights {
    approve: usize,
    edit: usize,
    reject: usize,
    hold: usize,
    hold_then_approve: usize,
    ask: usize,
    rework_then_approve: usize,
    rework_then_reject: usize,
}

impl Weights {
    const SUM: usize = 100;

    fn of(action_type: &str) -> Self {
        let usual = Self {
            approve: 56,
            edit: 10,
            reject: 14,
            hold: 5,
            hold_then_approve: 4,
            ask: 6,
            rework_then_approve: 3,
            rework_then_reject: 2,
        };
        match action_type {
            "create_task" => Self { approve: 46, edit: 26, reject: 9, ..usual },
            // A changed value would no longer be the correction that the evidence is for.
            "update_field" => Self { approve: 74, edit: 0, reject: 8, rework_then_approve: 0, ..usual },
            _ => usual,
        }
    }

    fn decision(self, drawn: usize, reason: usize) -> Decision {
        let bands = [
            (self.approve, Decision::Approve),
            (self.edit, Decision::Edit),
            (self.reject, Decision::Reject(REASONS[reason])),
            (self.hold, Decision::Hold),
            (self.hold_then_approve, Decision::HoldThenApprove),
            (self.ask, Decision::Ask),
        ];
        band(&bands, drawn).unwrap_or(Decision::LeaveOpen)
    }

    fn afterwards(self, drawn: usize) -> Afterwards {
        let bands = [
            (self.rework_then_approve, Afterwards::ReworkThenApprove),
            (self.rework_then_reject, Afterwards::ReworkThenReject),
        ];
        band(&bands, drawn).unwrap_or(Afterwards::Accept)
    }
}

fn band<T: Copy>(bands: &[(usize, T)], drawn: usize) -> Option<T> {
    let mut end = 0;
    bands.iter().find_map(|&(width, value)| {
        end += width;
        (drawn < end).then_some(value)
    })
}
