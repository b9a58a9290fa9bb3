//! One row for each candidate: what its events say together.
//!
//! The rows are made part by part. [`facts`] turns events into facts, [`merge`] brings the facts of one candidate together, and
//! because merging merged rows gives the same as merging all at once, only one part's events are ever held.

use ledger_format::custody::{CONTENT_ERASED, LEGAL_HOLD_PLACED, LEGAL_HOLD_RELEASED};
use polars::prelude::*;

use super::question::state_times::{TURNS, stay};

/// Kinds of event by which a person decides: approve, edit, reject, hold.
const DECISIONS: [&str; 5] =
    ["approval_collected", "candidate_approved", "candidate_edited", "candidate_rejected", "candidate_held"];

/// Kinds of entry about a candidate's contents: none is an event of the candidate, none has a state or a time of its own.
const OF_CUSTODY: [&str; 3] = [CONTENT_ERASED, LEGAL_HOLD_PLACED, LEGAL_HOLD_RELEASED];

/// Turns events into facts of their candidates, one row each, ready for [`merge`]. Erasures and legal holds are no events; what an erasure took
/// is not read.
pub(super) fn facts(events: LazyFrame) -> LazyFrame {
    let proposed = is_kind("candidate_proposed");
    let decision = is_decision();
    let is_state = |state: &str| col("state").eq(lit(state));
    let settled = is_kind("outcome_settled");
    let ended = is_kind("candidate_executed").or(is_kind("execution_failed")).or(settled.clone());
    let mut facts = vec![
        col("candidate"),
        count(col("reading").neq(lit("known"))).alias("not_read"),
        only(&proposed, col("entry_index")).alias("proposed_index"),
        only(&proposed, col("occurred_at")).alias("proposed_at"),
        only(&proposed, col("action_type")).alias("action_type"),
        only(&proposed, col("proposer")).alias("proposer"),
        only(&proposed, col("risk_tier")).alias("risk_tier"),
        only(&proposed, col("confidence")).alias("confidence"),
        only(&proposed, col("source_system")).alias("source_system"),
        only(&proposed, col("owner_team")).alias("owner_team"),
        only(&proposed, col("model")).alias("model"),
        only(&proposed, col("prompt_version")).alias("prompt_version"),
        only(&ended, col("connector")).alias("connector"),
        only(&proposed, col("reading_bytes")).alias("reading_bytes"),
        only(&proposed, col("escalation_steps")).alias("escalation_steps"),
        only(&proposed, col("standing_approval")).alias("standing_approval"),
        only(&proposed, col("drawn_for_audit")).alias("drawn_for_audit"),
        col("state"),
        micros("occurred_at").alias("entered_us"),
        micros("occurred_at").alias("left_us"),
        only(&decision, col("occurred_at")).alias("decided_at"),
        only(&decision, col("entry_index")).alias("decided_index"),
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
        count(is_kind("candidate_escalated")).alias("escalations"),
        count(is_kind("candidate_approved").and(col("conflicts_acknowledged").gt(lit(0)))).alias("conflicts"),
        count(is_kind("candidate_withdrawn").and(col("superseded"))).alias("supersessions"),
    ];
    facts.extend(TURNS.map(|(state, _)| lit(0_i64).alias(stay(state))));
    let is_of_custody = OF_CUSTODY.into_iter().map(is_kind).fold(lit(false), Expr::or);
    events.filter(is_of_custody.not()).select(facts)
}

/// Brings the facts of each candidate together. Rows come in the order of the log, and merging merged rows again, in the same
/// order, changes nothing.
pub(super) fn merge(facts: LazyFrame) -> LazyFrame {
    let sums = [
        "not_read",
        "decisions",
        "simulated_decisions",
        "rejections",
        "attempts",
        "failures",
        "outcomes_unknown",
        "escalations",
        "conflicts",
        "supersessions",
    ];
    let once = [
        "proposed_index",
        "proposed_at",
        "action_type",
        "proposer",
        "risk_tier",
        "confidence",
        "source_system",
        "owner_team",
        "model",
        "prompt_version",
        "reading_bytes",
        "escalation_steps",
        "standing_approval",
        "drawn_for_audit",
    ];
    let first = ["decided_at", "decided_index", "edited_index", "approved_index", "executed_index"];
    let mut merged: Vec<Expr> = Vec::new();
    merged.extend(sums.map(|name| col(name).sum()));
    merged.extend(once.map(|name| col(name).first_non_null()));
    merged.extend(first.map(|name| col(name).min()));
    merged.push(col("connector").drop_nulls().last());
    merged.push(col("sent_back_index").max());
    merged.extend(TURNS.map(|(state, _)| stayed(state)));
    merged.push(col("entered_us").first());
    merged.push(col("left_us").last());
    merged.push(col("state").drop_nulls().last());
    facts.group_by([col("candidate")]).agg(merged)
}

/// Returns how long a candidate was in a state: what its rows say already, and what lies between a row that left it there and the next.
///
/// Rows `A` (PROPOSED from 10 to 10) and `B` (APPROVED from 25 to 25) give 15 in PROPOSED; merged with `C` (EXECUTED at 40), 15 in APPROVED
/// more, whichever two are merged first.
fn stayed(state: &str) -> Expr {
    let between = col("entered_us").shift(lit(-1)) - col("left_us");
    let left_there = col("state").eq(lit(state)).and(between.clone().gt(lit(0)));
    let between = when(left_there).then(between).otherwise(lit(0_i64)).sum();
    (col(stay(state)).sum() + between).alias(stay(state))
}

/// Tells whether an event is a decision: a person's, of one of the [`DECISIONS`]. Under a standing approval nobody looked.
pub(super) fn is_decision() -> Expr {
    let is_standing = col("approval_cause").eq(lit("STANDING_APPROVAL")).fill_null(lit(false));
    let is_of_kind = DECISIONS.into_iter().map(is_kind).fold(lit(false), Expr::or);
    is_of_kind.and(col("actor_kind").eq(lit("human"))).and(is_standing.not())
}

/// Tells whether an event is of a kind and could be read.
pub(super) fn is_kind(kind: &str) -> Expr {
    col("kind").eq(lit(kind)).and(col("reading").eq(lit("known")))
}

fn micros(column: &str) -> Expr {
    col(column).cast(DataType::Int64)
}

fn only(condition: &Expr, value: Expr) -> Expr {
    when(condition.clone()).then(value).otherwise(lit(NULL))
}

fn count(condition: Expr) -> Expr {
    condition.fill_null(lit(false)).cast(DataType::UInt32)
}
