//! Which categories can do with less looking: the judgement, apart from the frames that count for it.

mod audit;
mod category;
mod reviewed;
#[cfg(test)]
mod worlds;

pub use reviewed::ReviewedCategory;

pub(super) use category::{Category, Judged, judge};
pub(super) use reviewed::reviewed;
