//! Whether stated confidence is worth what it says.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::edits::is_edited_before_approval;
use super::rejections::is_decided;
use crate::report::by::By;
use crate::report::definition::Definition;
use crate::report::rate::Rate;
use crate::report::tally::{Tally, counts, how_many, texts};
use statistics::as_float;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "calibration",
    title: "Confidence",
    numerator_word: "right as proposed",
    denominator_word: "decided",
    numerator: "decided candidates of the stated confidence that nobody rejected, and nobody edited before the first approval",
    denominator: "decided candidates of the stated confidence",
    unit: "candidate",
    exclusions: "candidates that nobody has decided on; from the scores, also what states no confidence or needs review, which claims nothing; candidates with an entry that could not be read",
    version: 1,
};

/// What a level claims: how many of its candidates are right as proposed. The contract has words for the levels; these are our numbers for them.
const CLAIMS: [(&str, f64); 3] = [("HIGH", 0.95), ("MEDIUM", 0.75), ("LOW", 0.5)];

/// What the levels of one group are worth.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) struct Calibration {
    /// The group.
    pub group: String,
    /// Each level with how many of its candidates were right as proposed; those with a claim first, from the highest.
    pub levels: Vec<(String, Rate)>,
}

/// Stated confidence and outcome by proposer and action type.
pub(in crate::report) type ByProposer = BTreeMap<(String, String), Calibration>;

/// Counts the decided candidates of every group and level, and those right as proposed.
pub(in crate::report) fn calibration(candidates: LazyFrame, by: By) -> LazyFrame {
    counted(candidates, [by.group(), By::Confidence.group().alias("level")])
}

/// The same for every proposer, action type and level.
pub(in crate::report) fn by_proposer(candidates: LazyFrame) -> LazyFrame {
    let [proposer, action_type] = [By::Proposer, By::ActionType].map(By::group);
    let level = By::Confidence.group().alias("level");
    counted(candidates, [proposer.alias("proposer"), action_type.alias("action_type"), level])
}

fn counted<const N: usize>(candidates: LazyFrame, groups: [Expr; N]) -> LazyFrame {
    let is_right = col("rejections").eq(lit(0)).and(is_edited_before_approval().fill_null(lit(false)).not());
    let counts = [how_many(is_right).alias("right"), len().alias("decided")];
    candidates.filter(is_decided()).group_by(groups).agg(counts)
}

/// Starts the tally of a grouping.
pub(in crate::report) fn tally() -> Tally {
    Tally::new(&["group", "level"], &["right", "decided"])
}

/// Starts the tally by proposer and action type.
pub(in crate::report) fn tally_by_proposer() -> Tally {
    Tally::new(&["proposer", "action_type", "level"], &["right", "decided"])
}

/// Reads the tally by proposer and action type.
pub(in crate::report) fn read_by_proposer(tally: Tally) -> PolarsResult<ByProposer> {
    let total = tally.total()?;
    let groups = texts(&total, "proposer")?.into_iter().zip(texts(&total, "action_type")?).collect();
    let told = |((proposer, action_type), levels)| {
        let group = String::clone(&action_type);
        ((proposer, action_type), Calibration { group, levels })
    };
    Ok(grouped(&total, groups)?.into_iter().map(told).collect())
}

/// Reads a tally, the largest group first.
pub(in crate::report) fn read(tally: Tally) -> PolarsResult<Vec<Calibration>> {
    let total = tally.total()?;
    let groups = grouped(&total, texts(&total, "group")?)?;
    let mut read: Vec<Calibration> = groups.into_iter().map(|(group, levels)| Calibration { group, levels }).collect();
    read.sort_by(|a, b| b.decided().cmp(&a.decided()).then_with(|| a.group.cmp(&b.group)));
    Ok(read)
}

/// Gathers the rows of each group: its levels, those with a claim first, from the highest.
fn grouped<G: Ord>(total: &DataFrame, groups: Vec<G>) -> PolarsResult<BTreeMap<G, Vec<(String, Rate)>>> {
    let (right, decided) = (counts(total, "right")?, counts(total, "decided")?);
    let mut by_group: BTreeMap<G, Vec<(String, Rate)>> = BTreeMap::new();
    for (row, (group, level)) in groups.into_iter().zip(texts(total, "level")?).enumerate() {
        let rate = Rate { numerator: right[row], denominator: decided[row] };
        by_group.entry(group).or_default().push((level, rate));
    }
    let rank = |level: &str| CLAIMS.iter().position(|(claimed, _)| *claimed == level).unwrap_or(CLAIMS.len());
    for levels in by_group.values_mut() {
        levels.sort_by_key(|(level, _)| rank(level));
    }
    Ok(by_group)
}

/// Returns what a level claims; none where it claims nothing.
pub(in crate::report) fn claim(level: &str) -> Option<f64> {
    CLAIMS.iter().find(|(claimed, _)| *claimed == level).map(|(_, claim)| *claim)
}

impl Calibration {
    /// Returns how many candidates it is about.
    pub(in crate::report) fn decided(&self) -> u64 {
        self.levels.iter().map(|(_, rate)| rate.denominator).sum()
    }

    /// Returns how many of these claim something.
    pub(in crate::report) fn claiming(&self) -> u64 {
        self.claims().map(|(_, rate)| rate.denominator).sum()
    }

    /// Returns the mean squared distance between claim and outcome (Brier, Monthly Weather Review 78, 1950); none where nothing is claimed.
    pub(in crate::report) fn brier(&self) -> Option<f64> {
        self.mean(|claim, rate| {
            let (right, wrong) = (as_float(rate.numerator), as_float(rate.denominator - rate.numerator));
            right * (1.0 - claim).powi(2) + wrong * claim.powi(2)
        })
    }

    /// Returns the mean distance between what levels claim and how often they are right, weighed by their size: the expected calibration
    /// error (Naeini, Cooper, Hauskrecht, AAAI 2015), with the levels as bins; none where nothing is claimed.
    pub(in crate::report) fn calibration_error(&self) -> Option<f64> {
        self.mean(|claim, rate| (as_float(rate.numerator) - claim * as_float(rate.denominator)).abs())
    }

    fn mean(&self, of: impl Fn(f64, Rate) -> f64) -> Option<f64> {
        let claiming = self.claiming();
        (claiming > 0).then(|| self.claims().map(|(claim, rate)| of(claim, rate)).sum::<f64>() / as_float(claiming))
    }

    fn claims(&self) -> impl Iterator<Item = (f64, Rate)> {
        self.levels.iter().filter_map(|(level, rate)| Some((claim(level)?, *rate)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scores_are_those_of_their_definitions() {
        let rate = |numerator, denominator| Rate { numerator, denominator };
        let levels = vec![
            ("HIGH".to_owned(), rate(9, 10)),
            ("LOW".to_owned(), rate(1, 4)),
            ("NEEDS_REVIEW".to_owned(), rate(0, 100)),
        ];
        let calibration = Calibration { group: "all".to_owned(), levels };
        assert_eq!((calibration.decided(), calibration.claiming()), (114, 14));
        let brier = (9.0 * 0.05_f64.powi(2) + 0.95_f64.powi(2) + 4.0 * 0.25) / 14.0;
        assert!((calibration.brier().expect("claims") - brier).abs() < 1e-12);
        let error = (10.0 * 0.05 + 4.0 * 0.25) / 14.0;
        assert!((calibration.calibration_error().expect("claims") - error).abs() < 1e-12);
    }

    #[test]
    fn who_claims_nothing_has_no_score() {
        let levels = vec![("NEEDS_REVIEW".to_owned(), Rate { numerator: 1, denominator: 2 })];
        let calibration = Calibration { group: "all".to_owned(), levels };
        assert_eq!((calibration.brier(), calibration.calibration_error()), (None, None));
    }
}
