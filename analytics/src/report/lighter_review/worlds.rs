//! Worlds with a truth that was planted: how often lighter review is suggested where it must not be, and found where it could be.

use super::category::{Category, alpha, judge};
use statistics::{Chance, HarmBound, harmless_needed};

const DAYS: u32 = 365;
const THRESHOLD: f64 = 0.05;

/// Worlds of a usual test run.
const FEW: u64 = 250;
/// Worlds of the whole experiment.
const ALL: u64 = 1_000;

/// A safe category has enough data once it has this many times what one without any harm needs.
const ENOUGH_TIMES: u64 = 3;

/// What came of all worlds.
#[derive(Debug, Default)]
struct Rates {
    worlds: u64,
    /// Worlds in which, on any day, lighter review was suggested for a category whose true harm is not below the threshold.
    wrong: u64,
    /// Safe categories with enough data.
    safe: u64,
    /// Those among them that were suggested at the end of the year.
    found: u64,
}

/// One to six categories, each with its true harm and candidates a day, looked at on every day of a year.
fn live(chance: &mut Chance, rates: &mut Rates) {
    let count = 1 + chance.below(6);
    let mut categories = Vec::new();
    for position in 0..count {
        // Some are exactly at the threshold, where a wrong suggestion is likeliest; some worse; some safe.
        let harm = [THRESHOLD, THRESHOLD * 1.3, THRESHOLD * 3.0, 0.0, 0.005, 0.01]
            [usize::try_from(chance.below(6)).expect("small")];
        let category = Category {
            action_type: "add_note".to_owned(),
            proposer: format!("generators/{position}"),
            confidence: "HIGH".to_owned(),
            harm: HarmBound { harmful: 0, decided: 0 },
            recent: 0,
            first_index: position,
        };
        categories.push((category, harm, 1 + chance.below(8)));
    }
    let mut is_wrong = false;
    for _ in 0..DAYS {
        for ((category, harm, a_day), position) in categories.iter_mut().zip(1..) {
            for _ in 0..*a_day {
                category.harm.decided += 1;
                category.harm.harmful += u64::from(chance.happens(*harm));
            }
            is_wrong |= *harm >= THRESHOLD && category.harm.is_below(THRESHOLD, alpha(position));
        }
    }
    for ((category, ..), position) in categories.iter_mut().zip(1..=count) {
        category.recent = category.harm.decided / 4;
        assert_eq!(category.first_index + 1, position, "they are in order");
    }
    let judged = judge(categories.iter().map(|(category, ..)| category.clone()).collect(), Some(THRESHOLD));
    for (((category, harm, _), judged), position) in categories.iter().zip(judged).zip(1..) {
        let enough = ENOUGH_TIMES * harmless_needed(THRESHOLD, alpha(position));
        if *harm < THRESHOLD / 4.0 && category.harm.decided >= enough && judged.audit_per_mille.is_some() {
            rates.safe += 1;
            rates.found += u64::from(judged.is_suggested);
        }
        is_wrong |= *harm >= THRESHOLD && judged.is_suggested;
    }
    rates.worlds += 1;
    rates.wrong += u64::from(is_wrong);
}

fn rates(worlds: u64) -> Rates {
    let mut rates = Rates::default();
    for world in 0..worlds {
        live(&mut Chance(world), &mut rates);
    }
    println!("{rates:?}");
    rates
}

fn assert_as_promised(rates: &Rates) {
    assert!(rates.wrong * 20 <= rates.worlds, "{rates:?}: wrong in more than one of twenty worlds");
    assert!(
        rates.safe > rates.worlds / 2 && rates.found * 10 >= rates.safe * 9,
        "{rates:?}: found in fewer than nine of ten"
    );
}

#[test]
fn peeking_daily_for_a_year_suggests_what_is_safe_and_little_else() {
    assert_as_promised(&rates(FEW));
}

#[test]
#[ignore = "a thousand worlds; CONTRIBUTING.md says how to run them"]
fn peeking_daily_for_a_year_in_a_thousand_worlds() {
    assert_as_promised(&rates(ALL));
}
