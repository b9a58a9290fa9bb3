//! One row for each candidate: what its events say together.
//!
//! The rows are made part by part. [`facts`] turns events into facts, [`merge`] brings the facts of one candidate together, and
//! because merging merged rows gives the same as merging all at once, only one part's events are ever held.

use polars::prelude::*;

/// Kinds of event by which a person decides: approve, edit, reject, hold.
const DECISIONS: [&str; 5] =
    ["approval_collected", "candidate_approved", "candidate_edited", "candidate_rejected", "candidate_held"];

/// Turns events into facts of their candidates, one row each, ready for [`merge`].
pub(super) fn facts(events: LazyFrame) -> LazyFrame {
    let proposed = is_kind("candidate_proposed");
    let decision = is_decision();
    let is_state = |state: &str| col("state").eq(lit(state));
    let settled = is_kind("outcome_settled");
    events.select([
        col("candidate"),
        count(col("reading").neq(lit("known"))).alias("not_read"),
        only(&proposed, col("entry_index")).alias("proposed_index"),
        only(&proposed, col("occurred_at")).alias("proposed_at"),
        only(&proposed, col("action_type")).alias("action_type"),
        only(&proposed, col("proposer")).alias("proposer"),
        only(&proposed, col("risk_tier")).alias("risk_tier"),
        only(&proposed, col("confidence")).alias("confidence"),
        col("state"),
        only(&decision, col("occurred_at")).alias("decided_at"),
        count(decision.clone()).alias("decisions"),
        count(decision.and(col("simulated"))).alias("simulated_decisions"),
        only(&is_kind("candidate_edited"), col("entry_index")).alias("edited_index"),
        only(&is_kind("candidate_approved"), col("entry_index")).alias("approved_index"),
        count(is_kind("candidate_rejected")).alias("rejections"),
        count(is_kind("execution_started")).alias("attempts"),
        count(is_kind("execution_failed").or(settled.clone()).and(is_state("FAILED"))).alias("failures"),
        only(&is_kind("candidate_executed").or(settled).and(is_state("EXECUTED")), col("entry_index"))
            .alias("executed_index"),
        only(&is_kind("candidate_sent_back"), col("entry_index")).alias("sent_back_index"),
        count(is_kind("outcome_lost").and(is_state("OUTCOME_UNKNOWN"))).alias("outcomes_unknown"),
    ])
}

/// Brings the facts of each candidate together. Rows come in the order of the log, and merging merged rows again, in the same
/// order, changes nothing.
pub(super) fn merge(facts: LazyFrame) -> LazyFrame {
    let sums =
        ["not_read", "decisions", "simulated_decisions", "rejections", "attempts", "failures", "outcomes_unknown"];
    let once = ["proposed_index", "proposed_at", "action_type", "proposer", "risk_tier", "confidence"];
    let first = ["decided_at", "edited_index", "approved_index", "executed_index"];
    let mut merged: Vec<Expr> = Vec::new();
    merged.extend(sums.map(|name| col(name).sum()));
    merged.extend(once.map(|name| col(name).first_non_null()));
    merged.extend(first.map(|name| col(name).min()));
    merged.push(col("sent_back_index").max());
    merged.push(col("state").drop_nulls().last());
    facts.group_by([col("candidate")]).agg(merged)
}

/// Tells whether an event is a decision: a person's, of one of the [`DECISIONS`]. Under a standing approval nobody looked.
fn is_decision() -> Expr {
    let is_standing = col("approval_cause").eq(lit("STANDING_APPROVAL")).fill_null(lit(false));
    let is_of_kind = DECISIONS.into_iter().map(is_kind).fold(lit(false), Expr::or);
    is_of_kind.and(col("actor_kind").eq(lit("human"))).and(is_standing.not())
}

/// Tells whether an event is of a kind and could be read.
pub(super) fn is_kind(kind: &str) -> Expr {
    col("kind").eq(lit(kind)).and(col("reading").eq(lit("known")))
}

fn only(condition: &Expr, value: Expr) -> Expr {
    when(condition.clone()).then(value).otherwise(lit(NULL))
}

fn count(condition: Expr) -> Expr {
    condition.fill_null(lit(false)).cast(DataType::UInt32)
}
