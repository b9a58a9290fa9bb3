//! A rate as programs and proposers are told it.

use serde::{Deserialize, Serialize};

use super::rate::Rate;
use super::render::rounded;

/// How many of how many, with the exact 95 % interval of the share.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Share {
    /// How many.
    pub numerator: u64,
    /// Of how many; 0 where that is not known.
    pub denominator: u64,
    /// The share, from 0 to 1, six decimals; none of nothing.
    pub rate: Option<f64>,
    /// Where the interval begins.
    pub low: Option<f64>,
    /// Where it ends.
    pub high: Option<f64>,
}

impl From<Rate> for Share {
    fn from(rate: Rate) -> Self {
        let (low, high) = rate.interval().unzip();
        Self {
            numerator: rate.numerator,
            denominator: rate.denominator,
            rate: rate.share().map(rounded),
            low: low.map(rounded),
            high: high.map(rounded),
        }
    }
}
