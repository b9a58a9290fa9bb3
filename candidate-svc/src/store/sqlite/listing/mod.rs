//! Lists and counts of candidates: a condition becomes parameterised SQL over an allow-list of columns.
//!
//! Every index that serves lists ends with `risk_rank, created_at_us, id`: what it finds stands tier by tier, in each tier by age. So one
//! index serves the order by risk, one tier after another, and the order by age, which merges the three. `lens` finds the indexes that a
//! condition could use, `path` chooses one, `arms` writes the statement, `page` reads the page. Rows are read for the page alone.

mod arms;
mod count;
mod lens;
mod page;
mod path;

pub(in crate::store) use count::count;
pub(in crate::store) use page::page;

#[cfg(test)]
mod tests;
