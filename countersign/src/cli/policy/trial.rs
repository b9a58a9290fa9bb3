//! A review policy tried on what people decided.

use analytics::report::Kind;
use candidate_svc::domain::{ConfidenceLevel, PolicyVerdict, ReviewPath, RiskTier};
use candidate_svc::policy::Policy;
use serde::Serialize;
use statistics::{HarmBound, exact_interval};

use super::asked::{Asked, verdict_on};

/// The chance, at most, that an interval or a bound misses what is true.
const MISSES: f64 = 0.05;

/// Bytes of text that people read in an hour: 238 words of six bytes a minute (Brysbaert, Journal of Memory and Language 109, 2019).
const READING_BYTES_PER_HOUR: f64 = 238.0 * 6.0 * 60.0;

/// What a policy would have done.
#[derive(Debug, Serialize)]
pub struct Trial {
    /// Candidates of the export.
    pub proposed: u64,
    /// Candidates whose kind no policy can judge: what they state is not known to this release.
    pub not_judged: u64,
    /// What could have been approved ahead, so that nobody looks but at the audit sample: light path, low risk, high confidence, one person.
    pub skipped: Outcomes,
    /// What a short look would have been enough for, the above included.
    pub light: Outcomes,
    /// The usual path.
    pub standard: Outcomes,
    /// The strict path.
    pub strict: Outcomes,
    /// Approvals that the quorums would have asked for, for the candidates that people decided on.
    pub approvals_asked: u64,
    /// The kinds that would have skipped review, and what was made of them.
    pub skipped_kinds: Vec<Kind>,
}

/// What people made of some candidates.
#[derive(Debug, Default, Serialize)]
pub struct Outcomes {
    /// Candidates.
    pub proposed: u64,
    /// Those that a person decided on.
    pub decided: u64,
    /// Decided ones that are over.
    pub over: u64,
    /// Those of them that turned out harmful.
    pub harmful: u64,
    /// Ends of the exact 95 % interval of the rate of harm; none of nothing.
    pub harm_interval: Option<(f64, f64)>,
    /// The rate of harm is at most this, with a chance of 95 %, however often one looks.
    pub harm_at_most: f64,
    /// Decided ones that were rejected.
    pub rejected: u64,
    /// Decided ones that were edited before the first approval.
    pub edited: u64,
    /// Decided ones that failed.
    pub failed: u64,
    /// Decided ones that were sent back.
    pub sent_back: u64,
    /// How long one person reads what reviewers had before them, in hours.
    pub reading_hours: f64,
}

/// Tries a policy on kinds of candidates.
pub fn trial(policy: &Policy, kinds: Vec<Kind>) -> Trial {
    let (mut skipped, mut light, mut standard, mut strict) =
        (Sum::default(), Sum::default(), Sum::default(), Sum::default());
    let (mut proposed, mut not_judged, mut approvals_asked) = (0, 0, 0);
    let mut skipped_kinds = Vec::new();
    for kind in kinds {
        proposed += kind.proposed;
        let Some((verdict, is_skipped)) = judge(policy, &kind) else {
            not_judged += kind.proposed;
            continue;
        };
        approvals_asked += kind.decided * u64::from(verdict.quorum);
        match verdict.path {
            ReviewPath::Light => light.add(&kind),
            ReviewPath::Standard => standard.add(&kind),
            ReviewPath::Strict => strict.add(&kind),
        }
        if is_skipped {
            skipped.add(&kind);
            skipped_kinds.push(kind);
        }
    }
    Trial {
        proposed,
        not_judged,
        skipped: skipped.read(),
        light: light.read(),
        standard: standard.read(),
        strict: strict.read(),
        approvals_asked,
        skipped_kinds,
    }
}

/// Judges one kind, and tells whether it could have been approved ahead; none where this release does not know what it states.
fn judge(policy: &Policy, kind: &Kind) -> Option<(PolicyVerdict, bool)> {
    let tier = match kind.risk.as_str() {
        "LOW" => RiskTier::Low,
        "APPROVAL_REQUIRED" => RiskTier::ApprovalRequired,
        "HIGH" => RiskTier::High,
        _ => return None,
    };
    let Kind { action_type, proposer, confidence, .. } = kind;
    let (verdict, level) = verdict_on(policy, &Asked { action_type, proposer, tier, confidence })?;
    let is_skipped = verdict.allows_approval_ahead() && tier == RiskTier::Low && level == ConfidenceLevel::High;
    Some((verdict, is_skipped))
}

#[derive(Default)]
struct Sum {
    outcomes: Outcomes,
    reading_bytes: u64,
}

impl Sum {
    fn add(&mut self, kind: &Kind) {
        let outcomes = &mut self.outcomes;
        outcomes.proposed += kind.proposed;
        outcomes.decided += kind.decided;
        outcomes.over += kind.over;
        outcomes.harmful += kind.harmful;
        outcomes.rejected += kind.rejected;
        outcomes.edited += kind.edited;
        outcomes.failed += kind.failed;
        outcomes.sent_back += kind.sent_back;
        self.reading_bytes += kind.reading_bytes;
    }

    fn read(self) -> Outcomes {
        let Outcomes { harmful, over, .. } = self.outcomes;
        #[expect(clippy::cast_precision_loss, reason = "bytes of a log's texts stay below 2^53")]
        let reading_hours = self.reading_bytes as f64 / READING_BYTES_PER_HOUR;
        Outcomes {
            harm_interval: exact_interval(harmful, over, MISSES).map(|(low, high)| (rounded(low), rounded(high))),
            harm_at_most: rounded(HarmBound { harmful, decided: over }.upper(MISSES)),
            reading_hours: rounded(reading_hours),
            ..self.outcomes
        }
    }
}

fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIGHT: &str =
        "\n[[rules]]\nreason = \"a short look\"\nwhen.action_types = [\"add_note\"]\npath = \"LIGHT\"\n";

    fn kind(action_type: &str, risk: &str, confidence: &str) -> Kind {
        Kind {
            action_type: action_type.to_owned(),
            risk: risk.to_owned(),
            confidence: confidence.to_owned(),
            proposer: "generators/crm-rules".to_owned(),
            proposed: 120,
            decided: 100,
            over: 90,
            harmful: 3,
            rejected: 1,
            edited: 1,
            failed: 1,
            sent_back: 0,
            reading_bytes: 85_680,
            examples: Vec::new(),
        }
    }

    fn tried(rules: &str, kinds: Vec<Kind>) -> Trial {
        let text = format!("{}{rules}", Policy::built_in().text());
        trial(&Policy::read("p.toml", &text).expect("a policy"), kinds)
    }

    #[test]
    fn what_is_light_low_and_sure_would_have_been_skipped_and_is_judged_by_what_people_decided() {
        let kinds = vec![
            kind("add_note", "LOW", "HIGH"),
            kind("add_note", "LOW", "MEDIUM"),
            kind("add_note", "HIGH", "HIGH"),
            kind("create_task", "LOW", "HIGH"),
            kind("add_note", "UNKNOWN_9", "HIGH"),
        ];
        let trial = tried(LIGHT, kinds);
        assert_eq!((trial.proposed, trial.not_judged), (600, 120));
        assert_eq!((trial.skipped.proposed, trial.skipped.decided), (120, 100));
        assert_eq!(
            (trial.skipped.rejected, trial.skipped.edited, trial.skipped.failed, trial.skipped.sent_back),
            (1, 1, 1, 0)
        );
        assert_eq!(trial.light.proposed, 240, "medium confidence gets a short look, and somebody looks");
        assert_eq!(trial.strict.proposed, 120, "what is of high risk is never light, whatever a text says");
        assert_eq!(trial.skipped_kinds, [kind("add_note", "LOW", "HIGH")]);
        let (low, high) = trial.skipped.harm_interval.expect("some are over");
        assert!(low < 3.0 / 90.0 && 3.0 / 90.0 < high && high < trial.skipped.harm_at_most);
        assert!((trial.skipped.reading_hours - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_rule_for_one_proposer_skips_nothing_of_another() {
        let rule = format!("{LIGHT}when.proposers = [\"generators/crm-rules\"]\n");
        let of_another = Kind { proposer: "generators/other".to_owned(), ..kind("add_note", "LOW", "HIGH") };
        let of_a_person = Kind { proposer: "b94f6f".to_owned(), ..kind("add_note", "LOW", "HIGH") };
        let trial = tried(&rule, vec![kind("add_note", "LOW", "HIGH"), of_another, of_a_person]);
        assert_eq!((trial.proposed, trial.skipped.proposed, trial.standard.proposed), (360, 120, 240));
    }

    #[test]
    fn a_policy_without_a_light_path_skips_nothing() {
        let trial = tried("", vec![kind("add_note", "LOW", "HIGH")]);
        assert_eq!((trial.skipped.proposed, trial.skipped.harm_interval), (0, None));
        assert!(trial.skipped_kinds.is_empty() && trial.skipped.harm_at_most >= 1.0);
    }
}
