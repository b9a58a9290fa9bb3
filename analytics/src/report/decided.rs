//! What people decided, one row each, with the time since the same person decided before.

use std::collections::HashMap;

use polars::prelude::*;

use super::candidate::is_decision;

/// Lists the decisions on the candidates within, with what is known of these.
///
/// A person's decisions are looked at in the order of the log, on whatever candidate: part by part, holding nothing but each person's last.
pub(super) fn decisions_of(parts: &[LazyFrame], within: &Expr, known: LazyFrame) -> PolarsResult<DataFrame> {
    let columns = ["candidate", "candidate_slice", "entry_index", "actor", "kind", "occurred_at"];
    let mut last_us = HashMap::new();
    let mut decisions = Vec::with_capacity(parts.len());
    for part in parts {
        let rows = part.clone().filter(is_decision()).select(columns.map(col)).collect()?;
        let rows = with_time_since_own(rows, &mut last_us)?;
        decisions.push(rows.lazy().filter(within.clone()).collect()?.lazy());
    }
    concat(decisions, UnionArgs { maintain_order: true, ..Default::default() })?
        .inner_join(known, col("candidate"), col("candidate"))
        .collect()
}

/// Adds the column `since_own_us`: microseconds since the same person's decision before; null for the first.
fn with_time_since_own(mut rows: DataFrame, last_us: &mut HashMap<String, i64>) -> PolarsResult<DataFrame> {
    let at = rows.column("occurred_at")?.cast(&DataType::Int64)?;
    let since: Vec<Option<i64>> = rows
        .column("actor")?
        .str()?
        .iter()
        .zip(at.i64()?.iter())
        .map(|(actor, at)| {
            let (actor, at) = (actor?, at?);
            let before = match last_us.get_mut(actor) {
                Some(last) => Some(std::mem::replace(last, at)),
                None => last_us.insert(actor.to_owned(), at),
            };
            before.map(|before| at - before)
        })
        .collect();
    rows.with_column(Column::new("since_own_us".into(), since))?;
    Ok(rows)
}
