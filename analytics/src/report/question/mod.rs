//! The questions of the report, a file each: what the figure means, and how it is computed from a lazy frame.

pub(super) mod decision_time;
pub(super) mod edits;
pub(super) mod failures;
pub(super) mod lighter_review;
pub(super) mod outcome_unknown;
pub(super) mod proposers;
pub(super) mod readings;
pub(super) mod rejections;
pub(super) mod rework;
pub(super) mod simulation;
pub(super) mod states;

use super::definition::Definition;

/// Every definition, in the order of the report.
pub const DEFINITIONS: [&Definition; 9] = [
    &states::DEFINITION,
    &rejections::DEFINITION,
    &edits::DEFINITION,
    &failures::DEFINITION,
    &rework::DEFINITION,
    &outcome_unknown::DEFINITION,
    &decision_time::DEFINITION,
    &lighter_review::DEFINITION,
    &readings::DEFINITION,
];
