//! The log in slices of its candidates, so that memory stays flat as the log grows.
//!
//! A question about candidates needs all events of a candidate together. They are asked slice by slice: each slice holds the
//! candidates whose ids end in certain bytes, with everything that happened to them, and the answers are added up.

use std::num::NonZeroU64;

use polars::prelude::*;

use super::candidate::{facts, is_decision, is_kind, merge};
use super::decided::decisions_of;
use super::scan::scan_parts;
use super::shape::ShapeBook;
use super::week::with_week;
use crate::export::{Progress, VerifiedExport};

/// Entries of the log for which one slice is enough; each such number of entries more adds a slice.
const SLICE_ENTRIES: u64 = 4 * 1024 * 1024;

/// Values that a candidate's slice byte can have.
const BYTES: u64 = 256;

/// Rows of merged facts that may wait before they are merged with what is there.
const WAITING_MAX_ROWS: usize = 1_000_000;

/// Kinds of event that questions look at one by one.
const INCIDENTS: [&str; 5] =
    ["candidate_rejected", "execution_failed", "outcome_lost", "outcome_settled", "candidate_sent_back"];

/// Lists of an edit: its changes.
const EDIT_LISTS: [&str; 6] = ["edit_path", "edit_operation", "edit_from", "edit_to", "edit_shift_days", "edit_value"];

/// Lists of an edit: what it did to words.
const WORDING_LISTS: [&str; 4] = ["wording_path", "wording_change", "wording_from", "wording_to"];

/// Some of the candidates and what happened to them.
pub(super) struct Slice {
    /// One row for each candidate all of whose entries could be read.
    pub candidates: LazyFrame,
    /// Rejections, failures, losses, settlements and send-backs of those candidates, one row each.
    pub incidents: LazyFrame,
    /// Decisions of people on those candidates, one row each.
    pub decisions: LazyFrame,
    /// Changes that people made to payloads of those candidates, one row each.
    pub edits: LazyFrame,
    /// What these did to words, one row each.
    pub wordings: LazyFrame,
    /// Shapes of the payloads of the decided ones as proposed, with how many there are of each.
    pub shapes: LazyFrame,
    /// Candidates left out because an entry of theirs could not be read.
    pub left_out: u64,
}

/// Returns in how many slices a log of this size is looked at.
pub(super) fn slices_for(size: u64) -> NonZeroU64 {
    NonZeroU64::new(size.div_ceil(SLICE_ENTRIES)).unwrap_or(NonZeroU64::MIN)
}

/// Cuts the log into so many slices of about equal size, at most 256. Progress counts the entries of all walks through the log, one a slice.
pub(super) fn slices(
    export: &VerifiedExport,
    count: NonZeroU64,
    on_progress: &mut dyn FnMut(Progress),
) -> impl Iterator<Item = PolarsResult<Slice>> {
    let count = count.get().min(BYTES);
    let (parts, size) = (&export.manifest().parts, export.manifest().size);
    (0..count).map(move |number| {
        let (first, end) = (number * BYTES / count, (number + 1) * BYTES / count);
        let mut walked = number * size;
        let mut on_part = |part: usize| {
            walked += parts.get(part).map_or(0, |part| part.rows);
            on_progress(Progress { entries: walked, size: size * count });
        };
        Slice::gather(&scan_parts(export)?, first, end, &mut on_part)
    })
}

impl Slice {
    fn gather(parts: &[LazyFrame], first: u64, end: u64, on_part: &mut dyn FnMut(usize)) -> PolarsResult<Self> {
        let within = col("candidate_slice").gt_eq(lit(first)).and(col("candidate_slice").lt(lit(end)));
        let of_slice: Vec<LazyFrame> = parts.iter().map(|part| part.clone().filter(within.clone())).collect();
        let all = candidates_of(&of_slice, on_part)?;
        let candidates =
            with_week(all.clone().lazy().filter(col("not_read").eq(lit(0))).collect()?, "proposed_at", "week")?;
        let left_out = (all.height() - candidates.height()) as u64;
        let known = candidates.clone().lazy().select([
            col("candidate"),
            col("action_type"),
            col("proposer"),
            col("risk_tier"),
            col("confidence"),
            col("source_system"),
            col("owner_team"),
            col("model"),
            col("prompt_version"),
            col("connector"),
            col("week"),
            col("proposed_at"),
            col("reading_bytes"),
            col("decisions"),
            col("attempts"),
            col("executed_index"),
            col("state").alias("state_now"),
        ]);
        let (book, shaped) = shapes_of(&of_slice)?;
        let decided = known.clone().filter(col("decisions").gt(lit(0)));
        Ok(Self {
            shapes: book.count(shaped.clone().inner_join(decided, col("candidate"), col("candidate")))?,
            edits: edits_of(&of_slice, EDIT_LISTS, &known, &shaped, |edits| {
                book.mark_applicable(edits, ["edit_path", "edit_from"], |shape, [path, from]| {
                    shape.could_take(path, from)
                })
            })?,
            wordings: edits_of(&of_slice, WORDING_LISTS, &known, &shaped, |wordings| {
                book.mark_applicable(wordings, ["wording_path"], |shape, [path]| shape.had_words(path))
            })?,
            incidents: incidents_of(&of_slice, known.clone())?.lazy(),
            decisions: decisions_of(parts, &within, known.clone())?.lazy(),
            candidates: candidates.lazy(),
            left_out,
        })
    }
}

/// Merges facts part by part: what is held are the candidates of the slice and one part's events.
fn candidates_of(parts: &[LazyFrame], on_part: &mut dyn FnMut(usize)) -> PolarsResult<DataFrame> {
    let mut merged: Vec<DataFrame> = Vec::new();
    let mut waiting_rows = 0;
    for (number, part) in parts.iter().enumerate() {
        let rows = merge(facts(part.clone())).collect()?;
        waiting_rows += rows.height();
        merged.push(rows);
        if waiting_rows > WAITING_MAX_ROWS.max(merged[0].height()) {
            merged = vec![merge(together(merged)?).collect()?];
            waiting_rows = 0;
        }
        on_part(number);
    }
    merge(together(merged)?).collect()
}

fn incidents_of(parts: &[LazyFrame], known: LazyFrame) -> PolarsResult<DataFrame> {
    let is_incident = INCIDENTS.into_iter().map(is_kind).fold(lit(false), Expr::or);
    let incidents = concat(parts, UnionArgs::default())?.filter(is_incident).select([
        col("candidate"),
        col("entry_index"),
        col("kind"),
        col("actor"),
        col("state"),
        col("rejection_reason"),
        col("failure_class"),
        col("retry_planned"),
        col("loss_cause"),
        col("fault"),
    ]);
    incidents.inner_join(known, col("candidate"), col("candidate")).collect()
}

/// Notes the shapes of the proposals, part by part: one row for each candidate, and the shapes.
fn shapes_of(parts: &[LazyFrame]) -> PolarsResult<(ShapeBook, LazyFrame)> {
    let mut book = ShapeBook::default();
    let rows = parts.iter().map(|part| book.note(part.clone())).collect::<PolarsResult<Vec<_>>>()?;
    let shaped = together(rows)?.collect()?;
    Ok((book, shaped.lazy()))
}

/// Lists what edits of people changed, one row for each item of the lists, marked by whether it could have happened to the payload as it was
/// proposed.
fn edits_of<const N: usize>(
    parts: &[LazyFrame],
    lists: [&'static str; N],
    known: &LazyFrame,
    shaped: &LazyFrame,
    mark: impl Fn(DataFrame) -> PolarsResult<DataFrame>,
) -> PolarsResult<LazyFrame> {
    let columns = ["candidate", "entry_index", "actor", "occurred_at"].into_iter().chain(lists).map(col);
    let by_candidate = || col("candidate");
    let edits = concat(parts, UnionArgs::default())?
        .filter(is_kind("candidate_edited").and(is_decision()))
        .select(columns.collect::<Vec<_>>())
        .explode(by_name(lists, true, false), ExplodeOptions { empty_as_null: false, keep_nulls: false })
        .inner_join(known.clone(), by_candidate(), by_candidate())
        .left_join(shaped.clone(), by_candidate(), by_candidate())
        .collect()?;
    Ok(mark(with_week(edits, "occurred_at", "edited_week")?)?.lazy())
}

fn together(frames: Vec<DataFrame>) -> PolarsResult<LazyFrame> {
    let frames: Vec<LazyFrame> = frames.into_iter().map(IntoLazy::lazy).collect();
    concat(frames, UnionArgs { maintain_order: true, ..Default::default() })
}
