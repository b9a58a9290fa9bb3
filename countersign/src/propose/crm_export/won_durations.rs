use super::deal::{Deal, Stage};

/// The percentile that "long" begins beyond.
pub const LONG_PERCENTILE: usize = 90;

/// The fewest won deals that say how long is long: of fewer than ten, the 90th percentile is simply the longest.
pub const WON_DEALS_MIN: usize = 10;

/// How long won deals took from engagement to close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WonDurations {
    /// How many won deals have both dates.
    pub deals: usize,
    /// The 90th percentile in days, by nearest rank: the smallest duration that at least 90 % of them do not exceed. It is one of the
    /// durations that were seen, never a value between two.
    pub long_days: i32,
    /// The longest in days.
    pub longest_days: i32,
}

impl WonDurations {
    /// Counts over all deals; nothing when fewer than [`WON_DEALS_MIN`] were won.
    pub fn count(deals: &[Deal]) -> Option<Self> {
        let won = deals.iter().filter(|deal| deal.stage == Stage::Won);
        let mut days: Vec<i32> = won.filter_map(Deal::days_to_close).collect();
        days.sort_unstable();
        let longest_days = *days.last()?;
        let long_days = nearest_rank(&days, LONG_PERCENTILE)?;
        (days.len() >= WON_DEALS_MIN).then_some(Self { deals: days.len(), long_days, longest_days })
    }
}

/// Returns the value at rank ⌈`percentile` / 100 × n⌉, counted from 1, of sorted values.
fn nearest_rank(sorted: &[i32], percentile: usize) -> Option<i32> {
    let rank = (sorted.len() * percentile).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rank_is_rounded_up_and_the_value_is_one_that_was_seen() {
        let values: Vec<i32> = (1..=20).map(|value| value * 10).collect();
        assert_eq!(nearest_rank(&values[..10], 90), Some(90));
        assert_eq!(nearest_rank(&values[..11], 90), Some(100));
        assert_eq!(nearest_rank(&values, 90), Some(180));
        assert_eq!(nearest_rank(&values[..1], 90), Some(10));
        assert_eq!(nearest_rank(&[], 90), None);
    }
}
