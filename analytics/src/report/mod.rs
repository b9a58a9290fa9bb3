//! Reports: what the record says about proposals and decisions, computed from a verified export and nothing else.
//!
//! A question is a function of a lazy frame in one file of `question/`. `slice` cuts the log into slices of candidates,
//! `candidate` makes one row of each candidate's events, `answers` asks every question of every slice and adds the answers up,
//! `section` puts them into sentences, charts and tables, and `render` writes these down in four forms.

mod answers;
mod breakdown;
mod by;
mod candidate;
mod chart;
mod check;
mod darkened;
mod decided;
mod definition;
#[cfg(test)]
mod edit_worlds;
mod error;
mod grouped;
mod head;
mod kinds;
mod lighter_review;
mod made;
mod occurrences;
mod proposer;
mod question;
mod rate;
mod render;
mod scan;
mod section;
mod shape;
mod share;
mod slice;
mod table;
mod tally;
mod terms;
mod week;
mod words;
mod write;

pub use check::{CheckError, Checked, Difference, check_report};
pub use definition::Definition;
pub use error::Error;
pub use kinds::{Kind, kinds_of};
pub use lighter_review::ReviewedCategory;
pub use made::Report;
pub use occurrences::EXAMPLES_MAX;
pub use proposer::{ConfidenceCount, ProposerFeedback, ReasonCount};
pub use question::DEFINITIONS;
pub use rate::{Rate, SMALL_GROUP};
pub use render::{SCHEMA_VERSION, proposers_in};
pub(crate) use scan::scan_parts;
pub use section::{RepeatedEdit, RepeatedWording, RuleHistory};
pub use share::Share;
pub use terms::{Period, Terms};
pub use write::{HTML_FILE, JSON_FILE, MARKDOWN_FILE, WrittenReport, write_report};
