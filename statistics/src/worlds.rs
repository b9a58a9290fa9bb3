//! Worlds with a truth that is known: how often the intervals hold it.

use crate::{Chance, as_float, exact_interval, median_ranks};

const WORLDS: u64 = 1_000;
const ALPHA: f64 = 0.05;

/// Shares and times are drawn in millionths.
const MILLION: u64 = 1_000_000;

/// In how many worlds the interval of a rate held the true rate, and the interval of a median the true median.
#[derive(Debug, Default, PartialEq, Eq)]
struct Covered {
    rates: u64,
    medians: u64,
}

/// A rate of any size, found from a group of up to 500.
fn holds_the_rate(chance: &mut Chance) -> bool {
    let share = as_float(chance.below(MILLION)) / as_float(MILLION);
    let trials = 1 + chance.below(500);
    let hits = (0..trials).map(|_| u64::from(chance.happens(share))).sum();
    let (low, high) = exact_interval(hits, trials, ALPHA).expect("a group of one at least");
    (low..=high).contains(&share)
}

/// Times with many short ones and few long ones, from a group of 6 to 305.
fn holds_the_median(chance: &mut Chance) -> bool {
    let skewed = |drawn: u64| drawn * drawn / MILLION;
    let size = 6 + chance.below(300);
    let mut times: Vec<u64> = (0..size).map(|_| skewed(chance.below(MILLION))).collect();
    times.sort_unstable();
    let (low, high) = median_ranks(size, ALPHA).expect("six at least");
    let at = |rank: u64| times[usize::try_from(rank - 1).expect("few")];
    (at(low)..=at(high)).contains(&skewed(MILLION / 2))
}

#[test]
fn intervals_hold_the_truth_in_at_least_95_of_100_worlds() {
    let mut covered = Covered::default();
    for world in 0..WORLDS {
        let mut chance = Chance(world);
        covered.rates += u64::from(holds_the_rate(&mut chance));
        covered.medians += u64::from(holds_the_median(&mut chance));
    }
    println!("of {WORLDS} worlds: {covered:?}");
    assert!(covered.rates * 100 >= WORLDS * 95 && covered.medians * 100 >= WORLDS * 95, "{covered:?}");
}
