//! Rows of what was erased after they were exported, as an export made afterwards has them.

use polars::prelude::*;

use crate::export::{Erasures, FIELDS};

/// Columns that say which entry a row is of.
pub(super) const OF_ENTRY: [&str; 3] = ["entry_index", "kind", "candidate"];

/// The column that says how far a content could be read; all before it are from the leaf, all after it from the content.
const READING: &str = "reading";

/// Takes out of some rows of a part, which have at least the columns [`OF_ENTRY`], what contents said that the log has erased since.
///
/// What is left of such a row is its leaf and the reading `erased`, as on a row that was exported after the erasure.
pub(super) fn darkened(rows: DataFrame, erasures: &Erasures) -> PolarsResult<DataFrame> {
    let stand = standing(&rows, erasures)?;
    if stand.all() {
        return Ok(rows);
    }
    let height = rows.height();
    let columns = rows.columns().iter().map(|column| {
        let name = column.name().clone();
        if is_of_leaf(&name) {
            return Ok(column.clone());
        }
        let dark = if name == READING {
            Column::new_scalar(name, Scalar::from(PlSmallStr::from_static("erased")), height)
        } else {
            Column::full_null(name, height, column.dtype())
        };
        column.zip_with(&stand, &dark)
    });
    DataFrame::new(height, columns.collect::<PolarsResult<Vec<_>>>()?)
}

/// Tells of each row whether its content stands: whether no later entry erased it.
fn standing(rows: &DataFrame, erasures: &Erasures) -> PolarsResult<BooleanChunked> {
    let [index, kind, subject] = OF_ENTRY.map(|name| rows.column(name));
    let (index, kind, subject) = (index?.u64()?, kind?.str()?, subject?.str()?);
    let entries = index.iter().zip(kind.iter()).zip(subject.iter());
    let stand = entries.map(|((index, kind), subject)| {
        let entry = index.zip(kind).zip(subject);
        entry.is_none_or(|((index, kind), subject)| !erasures.covers(kind, subject, index))
    });
    Ok(BooleanChunked::from_iter_values("stands".into(), stand))
}

fn is_of_leaf(column: &str) -> bool {
    FIELDS.iter().take_while(|field| field.name != READING).any(|field| field.name == column)
}
