//! Which categories can do with less looking: the judgement, apart from the frames that count for it.

mod audit;
mod category;
#[cfg(test)]
mod worlds;

pub(super) use category::{Category, Judged, judge};
