//! The questions of the report, a file each: what the figure means, and how it is computed from a lazy frame.

pub(super) mod agreement;
pub(super) mod calibration;
pub(super) mod changes;
pub(super) mod conflicts;
pub(super) mod decision_time;
pub(super) mod decisions;
pub(super) mod edits;
pub(super) mod escalations;
pub(super) mod expiry;
pub(super) mod failures;
pub(super) mod harm;
pub(super) mod kinds;
pub(super) mod lighter_review;
pub(super) mod outcome_unknown;
pub(super) mod proposers;
pub(super) mod readings;
pub(super) mod rejections;
pub(super) mod reviewers;
pub(super) mod rework;
pub(super) mod rules;
pub(super) mod simulation;
pub(super) mod standing;
pub(super) mod state_times;
pub(super) mod states;
pub(super) mod supersessions;
pub(super) mod versions;

use super::definition::Definition;

/// Every definition, in the order of the report.
pub const DEFINITIONS: [&Definition; 21] = [
    &states::DEFINITION,
    &rejections::DEFINITION,
    &edits::DEFINITION,
    &failures::DEFINITION,
    &rework::DEFINITION,
    &outcome_unknown::DEFINITION,
    &decision_time::DEFINITION,
    &state_times::DEFINITION,
    &expiry::DEFINITION,
    &escalations::DEFINITION,
    &harm::DEFINITION,
    &versions::DEFINITION,
    &calibration::DEFINITION,
    &reviewers::DEFINITION,
    &agreement::DEFINITION,
    &standing::DEFINITION,
    &conflicts::DEFINITION,
    &supersessions::DEFINITION,
    &changes::DEFINITION,
    &lighter_review::DEFINITION,
    &readings::DEFINITION,
];
