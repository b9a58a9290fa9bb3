//! What happened to the cases of a foreign log, in the order of time, told as the life of a candidate each.

use std::collections::BTreeMap;

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{
    ApprovalCollected, CandidateProposed, CandidateWithdrawn, EvidenceAdded, RejectionReason, State,
};
use jiff::Timestamp;

use crate::story::{Story, Told};

/// Something that happened to a case.
pub enum Step {
    /// It was proposed, with this payload.
    Propose(Box<CandidateProposed>, String),
    /// A person agreed, though not with the last word.
    Agree,
    /// A person agreed with the last word.
    Approve,
    /// A person turned it down.
    Reject,
    /// A person wants it changed first.
    Hold,
    /// Whoever proposed it handed it in again.
    Resubmit,
    /// Whoever proposed it took it back.
    Withdraw,
    /// A person changed the payload to this.
    Edit(String),
    /// It began to be carried out.
    Start,
    /// It was carried out.
    Execute,
}

/// A step, when it was taken, and by whom.
pub struct Taken {
    pub at_ms: i64,
    pub case: String,
    pub actor: String,
    pub step: Step,
}

/// Reads a time as logs write it.
pub fn millis(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap_or_else(|error| panic!("`{text}` is no time: {error}")).as_millisecond()
}

/// Makes an id of words: lowercase letters, digits and hyphens.
pub fn id_of(words: &str) -> String {
    let letters =
        words.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
    let parts: String = letters.collect();
    parts.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Tells the steps as a story; steps of one moment stay in the order in which they are given.
pub fn tell(mut steps: Vec<Taken>) -> Story {
    steps.sort_by_key(|taken| taken.at_ms);
    let mut story = Story::new();
    let mut told = BTreeMap::<String, Told>::new();
    for Taken { at_ms, case, actor, step } in steps {
        story.go_on_at(at_ms);
        if let Step::Propose(proposed, payload) = step {
            let number = told.len() as u128;
            let candidate = story.propose(number, &actor, *proposed, &payload);
            assert!(told.insert(case.clone(), candidate).is_none(), "`{case}` is proposed once");
        } else {
            let candidate = told.get_mut(&case).unwrap_or_else(|| panic!("`{case}` was proposed before"));
            take(&mut story, candidate, &actor, step);
        }
    }
    story
}

fn take(story: &mut Story, candidate: &mut Told, actor: &str, step: Step) {
    match step {
        Step::Propose(..) => unreachable!("told apart before"),
        Step::Agree => {
            let collected = Event::ApprovalCollected(ApprovalCollected::default());
            story.tell(candidate, actor, State::Proposed, collected);
        }
        Step::Approve => story.approve(candidate, actor),
        Step::Reject => story.reject(candidate, actor, RejectionReason::Other),
        Step::Hold => story.hold(candidate, actor),
        Step::Resubmit => {
            story.tell(candidate, actor, State::Proposed, Event::EvidenceAdded(EvidenceAdded::default()));
        }
        Step::Withdraw => {
            story.tell(candidate, actor, State::Withdrawn, Event::CandidateWithdrawn(CandidateWithdrawn::default()));
        }
        Step::Edit(payload) => story.edit(candidate, actor, &payload, "[]"),
        Step::Start => story.start(candidate),
        Step::Execute => story.execute(candidate),
    }
}
