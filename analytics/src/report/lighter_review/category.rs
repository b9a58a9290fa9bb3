//! A category of candidates, and what the harm seen in it supports.

use super::audit::audit_per_mille;
use statistics::HarmBound;

/// The chance, at most, that any bound of a report is ever below the truth, all categories and all reports of a log together.
const WRONG: f64 = 0.05;

/// A category of low risk: what a standing approval could be given for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct Category {
    /// Kind of action.
    pub action_type: String,
    /// Who proposes.
    pub proposer: String,
    /// Stated confidence.
    pub confidence: String,
    /// Candidates that a person decided on and that are over, and the harmful ones among them.
    pub harm: HarmBound,
    /// Candidates proposed in the days before the last entry.
    pub recent: u64,
    /// Index of the first entry about it.
    pub first_index: u64,
}

/// A category with what follows for it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) struct Judged {
    /// The category.
    pub category: Category,
    /// How sure its bound is.
    pub confidence_level: f64,
    /// The rate of harm is at most this.
    pub bound: f64,
    /// How many more decided candidates without harm bring the bound down to the threshold; none where no threshold is set.
    pub harmless_missing: Option<u64>,
    /// Of 1,000 candidates approved ahead, how many a person must look at; none where all would have to be looked at.
    pub audit_per_mille: Option<u32>,
    /// Whether lighter review is suggested.
    pub is_suggested: bool,
}

/// Judges all categories of low risk of one log, in the order in which they appeared there.
///
/// The n-th category gets `WRONG / (n (n + 1))` of the chance to be wrong: these add up to `WRONG`, however many categories come, and what a
/// category got once it keeps. So all bounds hold together, at every moment.
pub(in crate::report) fn judge(mut categories: Vec<Category>, threshold: Option<f64>) -> Vec<Judged> {
    categories.sort_by_key(|category| category.first_index);
    categories.into_iter().zip(1..).map(|(category, position)| judged(category, alpha(position), threshold)).collect()
}

/// Returns the chance to be wrong that the category at this position, from 1, gets.
pub(super) fn alpha(position: u32) -> f64 {
    WRONG / (f64::from(position) * (f64::from(position) + 1.0))
}

fn judged(category: Category, alpha: f64, threshold: Option<f64>) -> Judged {
    let harm = category.harm;
    let audit_per_mille = threshold.and_then(|threshold| audit_per_mille(threshold, category.recent, alpha));
    Judged {
        confidence_level: 1.0 - alpha,
        bound: harm.upper(alpha),
        harmless_missing: threshold.map(|threshold| harm.harmless_missing(threshold, alpha)),
        audit_per_mille,
        is_suggested: threshold.is_some_and(|threshold| harm.is_below(threshold, alpha)) && audit_per_mille.is_some(),
        category,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(first_index: u64, harmful: u64, decided: u64) -> Category {
        Category {
            action_type: "add_note".to_owned(),
            proposer: format!("generators/{first_index}"),
            confidence: "HIGH".to_owned(),
            harm: HarmBound { harmful, decided },
            recent: 2_000,
            first_index,
        }
    }

    #[test]
    fn a_category_without_harm_is_suggested_once_it_is_large_enough() {
        let is_suggested = |decided| judge(vec![category(0, 0, decided)], Some(0.05))[0].is_suggested;
        let missing = judge(vec![category(0, 0, 0)], Some(0.05))[0].harmless_missing.expect("a threshold");
        assert!(is_suggested(missing) && !is_suggested(missing - 1), "{missing}");
        assert_eq!(judge(vec![category(0, 0, missing)], Some(0.05))[0].harmless_missing, Some(0));
    }

    #[test]
    fn nothing_is_suggested_without_a_threshold_nor_where_too_few_come_to_be_watched() {
        let none = judge(vec![category(0, 0, 100_000)], None).remove(0);
        assert_eq!((none.is_suggested, none.harmless_missing, none.audit_per_mille), (false, None, None));
        let few = Category { recent: 5, ..category(0, 0, 100_000) };
        let few = judge(vec![few], Some(0.05)).remove(0);
        assert_eq!((few.is_suggested, few.audit_per_mille), (false, None));
    }

    #[test]
    fn a_category_keeps_its_chance_whatever_comes_later_and_all_chances_add_up() {
        let alone = judge(vec![category(7, 1, 400)], Some(0.05)).remove(0);
        let with_later = judge(vec![category(9, 50, 50), category(7, 1, 400)], Some(0.05)).remove(0);
        assert_eq!(alone, with_later);
        let all: f64 = (1..=100_000).map(alpha).sum();
        assert!(all <= WRONG && all > WRONG * 0.999, "{all}");
    }
}
