//! How long calls took.

use std::time::Duration;

use crate::table::Cell;

/// Times of many calls.
#[derive(Debug, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Notes one.
    pub fn note(&mut self, taken: Duration) {
        self.0.push(taken);
    }

    /// Takes over those of somebody else.
    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Returns the nearest rank, in milliseconds; nothing measured gives 0.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        let mut ascending = self.0.clone();
        ascending.sort_unstable();
        let rank = (ascending.len() * percent).div_ceil(100).max(1);
        ascending.get(rank - 1).map_or(0.0, |taken| taken.as_secs_f64() * 1_000.0)
    }

    /// Returns the cells of p50 and p99.
    pub fn cells(&self) -> [Cell; 2] {
        [Cell::Fraction(self.percentile_ms(50)), Cell::Fraction(self.percentile_ms(99))]
    }
}
