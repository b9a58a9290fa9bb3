//! What came of approvals given ahead: used, looked at all the same, overturned.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::harm::{is_harmful, is_over};
use super::rejections::is_decided;
use crate::report::definition::Definition;
use crate::report::rate::Rate;
use crate::report::tally::{Tally, counts, how_many, texts};
use statistics::TurnWatch;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "standing-approvals",
    title: "Standing approvals",
    numerator_word: "overturned",
    denominator_word: "looked at and over",
    numerator: "candidates under the standing approval that a person looked at and that were rejected, edited before the first approval, failed, or were sent back",
    denominator: "candidates under the standing approval that a person decided on and that are over",
    unit: "candidate",
    exclusions: "candidates that do not come under one; candidates with an entry that could not be read",
    version: 1,
};

const COUNTS: [&str; 6] = ["used", "drawn", "looked_at", "over", "overturned", "went_wrong"];

/// What came of one standing approval.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) struct Standing {
    /// Its name.
    pub name: String,
    /// Candidates that it approved with nobody looking.
    pub used: u64,
    /// Candidates drawn for the audit sample.
    pub drawn: u64,
    /// Candidates under it that a person decided on.
    pub looked_at: u64,
    /// Those of them that are over, and overturned.
    pub overturned: Rate,
    /// Candidates nobody looked at that failed or were sent back.
    pub went_wrong: u64,
    /// How many looks it took until the watch told of a turn; none while it has not, or where no threshold is set.
    pub turned_after: Option<u64>,
}

/// Counts the candidates under every standing approval.
pub(in crate::report) fn uses(candidates: LazyFrame) -> LazyFrame {
    let is_drawn = || col("drawn_for_audit").fill_null(lit(false));
    let went_wrong = col("failures").gt(lit(0)).or(col("sent_back_index").is_not_null());
    under_one(candidates).group_by([col("standing_approval")]).agg([
        how_many(is_drawn().not().and(is_decided().not())).alias("used"),
        how_many(is_drawn()).alias("drawn"),
        how_many(is_decided()).alias("looked_at"),
        how_many(is_over()).alias("over"),
        how_many(is_over().and(is_harmful())).alias("overturned"),
        how_many(is_decided().not().and(went_wrong)).alias("went_wrong"),
    ])
}

/// Lists what was looked at and is over, one row each.
pub(in crate::report) fn looks(candidates: LazyFrame) -> LazyFrame {
    under_one(candidates).filter(is_over()).select([
        col("standing_approval"),
        col("decided_index"),
        is_harmful().fill_null(lit(false)).cast(DataType::UInt32).alias("harmful"),
    ])
}

/// Starts the tally of uses.
pub(in crate::report) fn tally() -> Tally {
    Tally::new(&["standing_approval"], &COUNTS)
}

/// Starts to gather looks.
pub(in crate::report) fn gather_looks() -> Tally {
    Tally::new(&["standing_approval", "decided_index"], &["harmful"])
}

/// Reads the tallies and watches every standing approval, look by look in the order of the log.
pub(in crate::report) fn read(tally: Tally, looks: Tally, threshold: Option<f64>) -> PolarsResult<Vec<Standing>> {
    let looks = looks.total()?;
    let mut outcomes: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    // Rows are sorted by name, then by index.
    for (name, harmful) in texts(&looks, "standing_approval")?.into_iter().zip(counts(&looks, "harmful")?) {
        outcomes.entry(name).or_default().push(harmful > 0);
    }
    let total = tally.total()?;
    let columns = COUNTS.map(|name| counts(&total, name));
    let columns = columns.into_iter().collect::<PolarsResult<Vec<_>>>()?;
    let standing = |(row, name): (usize, String)| {
        let [used, drawn, looked_at, over, overturned, went_wrong] = std::array::from_fn(|column| columns[column][row]);
        let watched = outcomes.get(&name).map_or(&[][..], Vec::as_slice);
        let turned_after = threshold.and_then(|threshold| turned_after(watched, threshold));
        let overturned = Rate { numerator: overturned, denominator: over };
        Standing { name, used, drawn, looked_at, overturned, went_wrong, turned_after }
    };
    Ok(texts(&total, "standing_approval")?.into_iter().enumerate().map(standing).collect())
}

fn turned_after(outcomes: &[bool], threshold: f64) -> Option<u64> {
    TurnWatch::of_a_standing_approval(threshold).turned_after(outcomes).map(|looks| looks as u64)
}

fn under_one(candidates: LazyFrame) -> LazyFrame {
    candidates.filter(col("standing_approval").is_not_null())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_harm_turns_the_watch_and_harmlessness_does_not() {
        let turned = turned_after(&[true; 60], 0.05).expect("it turns");
        assert!((3..20).contains(&turned), "{turned}");
        assert_eq!(turned_after(&[false; 500], 0.05), None);
        assert_eq!(turned_after(&[], 0.05), None);
    }
}
