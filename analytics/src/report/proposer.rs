//! What one proposer should change, for one action type.

use serde::{Deserialize, Serialize};

use super::answers::Answers;
use super::question::calibration::claim;
use super::section::{RepeatedEdit, RepeatedWording, RuleHistory};
use super::share::Share;

/// What people made of one proposer's proposals of one action type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Which words people changed again and again, the most frequent first. Reports of earlier releases have none.
    #[serde(default)]
    pub repeated_wordings: Vec<RepeatedWording>,
    /// What stated confidence was worth, those with a claim first, from the highest. Reports of earlier releases have none.
    #[serde(default)]
    pub calibration: Vec<ConfidenceCount>,
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

/// How many decided candidates of a stated confidence were right as proposed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfidenceCount {
    /// The stated level.
    pub level: String,
    /// The share that it claims to be right; none where it claims nothing.
    pub claimed: Option<f64>,
    /// Those right, of those decided.
    #[serde(flatten)]
    pub share: Share,
}

/// Columns of the keys: proposer, action type and what makes a change the same.
const SAME_CHANGE: [usize; 7] = [0, 1, 2, 3, 4, 5, 6];
const SAME_WORDING: [usize; 6] = [0, 1, 2, 3, 4, 5];

/// Most repeated edits, and changes of words, told to a proposer for one action type.
const REPEATED_EDITS_MAX: usize = 50;

/// Puts together what every proposer should know, sorted by proposer and action type.
pub(super) fn feedback(answers: &Answers) -> Vec<ProposerFeedback> {
    let (changes, wordings) = (answers.changes.by(&SAME_CHANGE), answers.wordings.by(&SAME_WORDING));
    let rows = answers.proposers.iter();
    rows.map(|(proposer, action_type, [proposed, decided, rejected, edited, failed, sent_back])| {
        let of = |key: &[String]| key[0] == *proposer && key[1] == *action_type;
        let edits = changes.iter().filter(|change| of(&change.key)).filter_map(|change| {
            let edit = RepeatedEdit::of(change, &answers.shapes)?;
            let rule = answers.rules.iter().find(|rule| rule.key.as_slice() == change.key);
            Some(RepeatedEdit { history: rule.map(RuleHistory::of), ..edit })
        });
        let words = wordings.iter().filter(|change| of(&change.key));
        let words = words.filter_map(|change| RepeatedWording::of(change, &answers.shapes));
        ProposerFeedback {
            proposer: proposer.clone(),
            action_type: action_type.clone(),
            proposed: *proposed,
            decided: *decided,
            rejected: *rejected,
            edited: *edited,
            failed: *failed,
            sent_back: *sent_back,
            rejection_reasons: reasons(answers, of),
            repeated_edits: edits.take(REPEATED_EDITS_MAX).collect(),
            repeated_wordings: words.take(REPEATED_EDITS_MAX).collect(),
            calibration: calibration(answers, proposer, action_type),
        }
    })
    .collect()
}

fn reasons(answers: &Answers, of: impl Fn(&[String]) -> bool) -> Vec<ReasonCount> {
    let told = answers.reasons_by_proposer.iter().filter(|reason| of(&reason.key));
    told.map(|reason| ReasonCount {
        reason: reason.key[2].clone(),
        count: reason.candidates,
        examples: reason.examples.clone(),
    })
    .collect()
}

fn calibration(answers: &Answers, proposer: &str, action_type: &str) -> Vec<ConfidenceCount> {
    let key = (proposer.to_owned(), action_type.to_owned());
    let levels = answers.calibration_by_proposer.get(&key).into_iter().flat_map(|calibration| &calibration.levels);
    levels
        .map(|(level, right)| ConfidenceCount { level: level.clone(), claimed: claim(level), share: (*right).into() })
        .collect()
}
