//! From the content of an entry to the typed columns: categories, times and counts, no words.

mod decision;
mod execution;
mod kind;
mod label;
mod proposal;
mod reading;
mod row;
mod time;
mod token;

pub(super) use reading::Reading;
pub(super) use row::{row_of, slice_of};
