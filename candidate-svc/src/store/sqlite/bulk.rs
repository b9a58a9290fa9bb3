//! Statements over many rows, of few different shapes.

use std::iter;

use sqlx::{QueryBuilder, Sqlite, query_builder::Separated};

/// How many rows one statement takes, largest first. Few sizes, so that each statement is prepared once and found again.
const SIZES: [usize; 5] = [256, 64, 16, 4, 1];

/// Splits rows into chunks of [`SIZES`]: 300 rows are 256, 16, 16, 4, 4 and 4.
pub(in crate::store) fn chunks<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rest.len())?;
        let (chunk, tail) = rest.split_at(size);
        rest = tail;
        Some(chunk)
    })
}

/// Begins a statement with a table of bound values: `head (VALUES (?, …), …) tail`.
pub(in crate::store) fn with_values<'r, T>(
    head: &'static str,
    rows: &'r [T],
    mut bind: impl FnMut(&mut Separated<'_, Sqlite, &'static str>, &'r T),
    tail: &'static str,
) -> QueryBuilder<Sqlite> {
    let mut builder = QueryBuilder::new(head);
    builder.push_values(rows, |mut values, row| bind(&mut values, row));
    builder.push(tail);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_chunk_of_a_known_size() {
        for count in [0, 1, 3, 4, 5, 255, 256, 257, 300, 1_024] {
            let rows: Vec<usize> = (0..count).collect();
            let chunks: Vec<&[usize]> = chunks(&rows).collect();
            assert_eq!(chunks.concat(), rows);
            assert!(chunks.iter().all(|chunk| SIZES.contains(&chunk.len())), "{count}");
        }
    }
}
