//! How many attacks were tried and how many were found; and how many of all there are are tried.

use std::{collections::BTreeMap, env, sync::Mutex};

/// Counts by kind of attack.
#[derive(Debug, Default)]
pub struct Tally {
    by_kind: Mutex<BTreeMap<String, Count>>,
}

#[derive(Debug, Default, Clone)]
struct Count {
    tried: usize,
    /// What was not found, or not where it was.
    missed: Vec<String>,
}

impl Tally {
    /// Counts one attack; `miss` says what was wrong with its finding, none when it was found where it is.
    pub fn note(&self, kind: &str, miss: Option<String>) {
        let mut by_kind = self.by_kind.lock().expect("no test has failed in it");
        let count = by_kind.entry(kind.to_owned()).or_default();
        count.tried += 1;
        count.missed.extend(miss);
    }

    /// Prints the counts and asserts that everything tried was found.
    pub fn assert_all_found(&self, attack: &str) {
        let by_kind = self.by_kind.lock().expect("no test has failed in it");
        let mut all = Count::default();
        for (kind, count) in &*by_kind {
            println!("{attack}, {kind}: {} tried, {} found", count.tried, count.tried - count.missed.len());
            all.tried += count.tried;
            all.missed.extend(count.missed.iter().take(5).map(|miss| format!("{kind}: {miss}")));
        }
        println!("{attack}: {} tried, {} found", all.tried, all.tried - all.missed.len());
        assert!(all.tried > 0, "{attack}: nothing was tried");
        assert!(all.missed.is_empty(), "{attack}: not found: {:#?}", all.missed);
    }
}

/// How much of the laboratory runs: `COUNTERSIGN_LAB=full` runs all of it, anything else a sample that fits the suite.
pub fn is_full() -> bool {
    env::var("COUNTERSIGN_LAB").is_ok_and(|lab| lab == "full")
}

/// Draws so many of them by a seed, spread over all; all of them in the full run.
pub fn sample<T: Clone>(all: &[T], most: usize, seed: u64) -> Vec<T> {
    if is_full() || all.len() <= most {
        return all.to_vec();
    }
    // One of each of `most` equal stretches: first and last stretch are always in.
    let place = |stretch: usize| {
        let (from, to) = (stretch * all.len() / most, (stretch + 1) * all.len() / most);
        from + usize::try_from(mix(seed, stretch) % (to - from) as u64).expect("small")
    };
    (0..most).map(|stretch| all[place(stretch)].clone()).collect()
}

fn mix(seed: u64, stretch: usize) -> u64 {
    let mut number = seed ^ (stretch as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number ^ (number >> 31)
}

/// The seed of a sample: `COUNTERSIGN_SEED`, or one of its own for every run; it is printed.
pub fn seed() -> u64 {
    let given = env::var("COUNTERSIGN_SEED").ok().map(|seed| seed.parse().expect("`COUNTERSIGN_SEED` is a number"));
    let seed = given.unwrap_or_else(|| service_kit::ids::Ids::random_32(&service_kit::ids::RandomIds)[0].into());
    println!("COUNTERSIGN_SEED={seed}");
    seed
}
