//! How a rate stands in a table: how many of how many, the share, its interval, and whether the group is small.

use crate::report::rate::Rate;
use crate::report::table::Cell;

/// Returns the columns of a rate, headed by the words for its parts.
pub(super) const fn columns(
    numerator: &'static str,
    denominator: &'static str,
    share: &'static str,
) -> [(&'static str, &'static str); 6] {
    [
        ("numerator", numerator),
        ("denominator", denominator),
        ("rate", share),
        ("low", "95 % from"),
        ("high", "95 % to"),
        ("small", "under 20"),
    ]
}

/// Returns the cells under those columns.
pub(super) fn cells(rate: Rate) -> [Cell; 6] {
    let (low, high) = rate.interval().unzip();
    [
        Cell::Count(rate.numerator),
        Cell::Count(rate.denominator),
        Cell::Share(rate.share()),
        Cell::Share(low),
        Cell::Share(high),
        Cell::Flag(rate.is_small()),
    ]
}
