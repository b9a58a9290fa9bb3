//! What one proposer should change, for one action type.

use serde::{Deserialize, Serialize};

use super::answers::Answers;
use super::section::RepeatedEdit;

/// What people made of one proposer's proposals of one action type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposerFeedback {
    /// The proposer: id of a generator or service, pseudonym of a person.
    pub proposer: String,
    /// The kind of action.
    pub action_type: String,
    /// Candidates proposed.
    pub proposed: u64,
    /// Candidates that a person decided on.
    pub decided: u64,
    /// Of these, rejected.
    pub rejected: u64,
    /// Of these, edited before the first approval.
    pub edited: u64,
    /// Candidates whose execution failed.
    pub failed: u64,
    /// Executed candidates that were sent back.
    pub sent_back: u64,
    /// Why people refused, the most frequent first.
    pub rejection_reasons: Vec<ReasonCount>,
    /// Which edits people made again and again, the most frequent first.
    pub repeated_edits: Vec<RepeatedEdit>,
}

/// How often a reason was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonCount {
    /// The reason.
    pub reason: String,
    /// How often.
    pub count: u64,
    /// Names of the first such candidates, at most three.
    pub examples: Vec<String>,
}

/// Columns of the key of changes: proposer, action type and the five that make a change the same.
const ALL_COLUMNS: [usize; 7] = [0, 1, 2, 3, 4, 5, 6];

/// Puts together what every proposer should know, sorted by proposer and action type.
pub(super) fn feedback(answers: &Answers) -> Vec<ProposerFeedback> {
    let changes = answers.changes.by(&ALL_COLUMNS);
    let of = |key: &[String], proposer: &str, action_type: &str| key[0] == proposer && key[1] == action_type;
    let rows = answers.proposers.iter();
    rows.map(|(proposer, action_type, [proposed, decided, rejected, edited, failed, sent_back])| ProposerFeedback {
        proposer: proposer.clone(),
        action_type: action_type.clone(),
        proposed: *proposed,
        decided: *decided,
        rejected: *rejected,
        edited: *edited,
        failed: *failed,
        sent_back: *sent_back,
        rejection_reasons: answers
            .reasons_by_proposer
            .iter()
            .filter(|reason| of(&reason.key, proposer, action_type))
            .map(|reason| ReasonCount {
                reason: reason.key[2].clone(),
                count: reason.candidates,
                examples: reason.examples.clone(),
            })
            .collect(),
        repeated_edits: changes
            .iter()
            .filter(|change| of(&change.key, proposer, action_type))
            .filter_map(RepeatedEdit::of)
            .take(REPEATED_EDITS_MAX)
            .collect(),
    })
    .collect()
}

/// Most repeated edits told to a proposer for one action type.
const REPEATED_EDITS_MAX: usize = 50;
