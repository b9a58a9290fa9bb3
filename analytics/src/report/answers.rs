//! All questions asked of one verified export.

use std::num::NonZeroU64;

use polars::prelude::*;

use super::breakdown::{self, Breakdown};
use super::by::By;
use super::lighter_review::{Judged, judge};
use super::occurrences::{Occurrence, OccurrenceBook, Occurrences};
use super::question::decision_time::{self, DecisionTime};
use super::question::edits::{SAME_CHANGE, changes, edits};
use super::question::failures::{attempts, classes, failures};
use super::question::lighter_review;
use super::question::outcome_unknown::{became, outcome_unknown};
use super::question::proposers::{COUNTS, proposers};
use super::question::readings::readings;
use super::question::rejections::{reasons, rejections};
use super::question::rework::{faults, rework, sent_back_after_failure};
use super::question::simulation::simulation;
use super::question::states::states;
use super::rate::{self, Rates};
use super::scan::scan_parts;
use super::slice::{Slice, slices};
use super::tally::{Tally, counts, texts};
use super::terms::Terms;
use crate::export::VerifiedExport;

/// What the questions were answered.
pub(super) struct Answers {
    /// What was asked for.
    pub terms: Terms,
    /// Entries by kind and reading.
    pub readings: Vec<(String, String, u64)>,
    /// Candidates left out because an entry of theirs could not be read.
    pub left_out: u64,
    /// Candidates, their decisions, and those made by simulation.
    pub totals: Totals,
    /// Candidates by state.
    pub states: Vec<Breakdown>,
    /// Rejection rates, and the reasons.
    pub rejections: Vec<Rates>,
    /// Rejected candidates by reason.
    pub reasons: Vec<Breakdown>,
    /// Edit rates.
    pub edits: Vec<Rates>,
    /// Changes, told by proposer, action type and what makes them the same.
    pub changes: OccurrenceBook,
    /// Failure rates.
    pub failures: Vec<Rates>,
    /// Failed candidates by class.
    pub classes: Vec<Breakdown>,
    /// Failed attempts by class: failed, and of these tried again by themselves.
    pub attempts: Vec<(String, u64, u64)>,
    /// Rework rates.
    pub rework: Vec<Rates>,
    /// Sent-back candidates by fault.
    pub faults: Vec<Breakdown>,
    /// Candidates sent back, and never after an execution.
    pub sent_back_after_failure: u64,
    /// Rates of unknown outcomes.
    pub outcome_unknown: Vec<Rates>,
    /// Candidates with an unknown outcome by the state that they are in now.
    pub became: Vec<Breakdown>,
    /// Times to the first decision.
    pub decision_times: Vec<(By, Vec<DecisionTime>)>,
    /// Categories of low risk, in the order in which they appeared.
    pub lighter_review: Vec<Judged>,
    /// Harmful candidates of low risk, by category and harm.
    pub against: Vec<Occurrence>,
    /// Counts by proposer and action type, in the order of [`COUNTS`].
    pub proposers: Vec<(String, String, [u64; 6])>,
    /// Rejections, told by proposer, action type and reason.
    pub reasons_by_proposer: Vec<Occurrence>,
}

/// Candidates and decisions.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Totals {
    /// Candidates.
    pub candidates: u64,
    /// Decisions on them.
    pub decisions: u64,
    /// Decisions made by simulation.
    pub simulated_decisions: u64,
}

/// Asks all questions, slice by slice.
pub(super) fn answer(export: &VerifiedExport, slice_count: NonZeroU64, terms: Terms) -> PolarsResult<Answers> {
    let last_us = export.last_appended_at_us().unwrap_or_default();
    let mut all = Tallies::new();
    for slice in slices(export, slice_count) {
        all.add(&slice?, last_us)?;
    }
    for part in scan_parts(export)? {
        all.readings.add(readings(part))?;
    }
    all.finish(terms)
}

/// A rate under every grouping.
struct RateTallies {
    question: fn(LazyFrame, By) -> LazyFrame,
    tallies: Vec<(By, Tally)>,
}

/// A breakdown under every grouping.
struct BreakdownTallies {
    question: fn(LazyFrame) -> LazyFrame,
    tallies: Vec<(By, Tally)>,
}

struct Tallies {
    readings: Tally,
    left_out: u64,
    totals: Tally,
    rates: [RateTallies; 5],
    breakdowns_of_candidates: [BreakdownTallies; 2],
    breakdowns_of_incidents: [BreakdownTallies; 3],
    changes: Occurrences,
    reasons: Occurrences,
    attempts: Tally,
    sent_back_after_failure: Tally,
    decision_times: Vec<(By, Tally)>,
    lighter_review: Tally,
    against: Occurrences,
    proposers: Tally,
}

impl Tallies {
    fn new() -> Self {
        let change_key: Vec<&'static str> = ["proposer", "action_type"].into_iter().chain(SAME_CHANGE).collect();
        Self {
            readings: Tally::new(&["kind", "reading"], &["count"]),
            left_out: 0,
            totals: Tally::new(&["group"], &["candidates", "decisions", "simulated_decisions"]),
            rates: [rejections, edits, failures, rework, outcome_unknown].map(RateTallies::new),
            breakdowns_of_candidates: [states, became].map(BreakdownTallies::new),
            breakdowns_of_incidents: [reasons, classes, faults].map(BreakdownTallies::new),
            changes: Occurrences::new(&change_key),
            reasons: Occurrences::new(&["proposer", "action_type", "category"]),
            attempts: Tally::new(&["category"], &["failed", "retried"]),
            sent_back_after_failure: rate::tally(),
            decision_times: By::EVERY.map(|by| (by, decision_time::tally())).into(),
            lighter_review: lighter_review::tally(),
            against: lighter_review::gather_against(),
            proposers: Tally::new(&["proposer", "action_type"], &COUNTS),
        }
    }

    fn add(&mut self, slice: &Slice, last_us: i64) -> PolarsResult<()> {
        let candidates = || slice.candidates.clone();
        let incidents = || slice.incidents.clone();
        self.left_out += slice.left_out;
        self.totals.add(simulation(candidates()))?;
        for rate in &mut self.rates {
            rate.add(&slice.candidates)?;
        }
        for breakdown in &mut self.breakdowns_of_candidates {
            breakdown.add(&slice.candidates)?;
        }
        for breakdown in &mut self.breakdowns_of_incidents {
            breakdown.add(&slice.incidents)?;
        }
        self.changes.add(changes(slice.edits.clone()))?;
        self.reasons.add(stated(reasons(incidents())))?;
        self.attempts.add(attempts(incidents()))?;
        self.sent_back_after_failure.add(sent_back_after_failure(candidates()))?;
        for (by, tally) in &mut self.decision_times {
            tally.add(decision_time::decision_times(candidates(), *by))?;
        }
        self.lighter_review.add(lighter_review::categories(candidates(), last_us))?;
        self.against.add(lighter_review::against(candidates())?)?;
        self.proposers.add(proposers(candidates()))
    }

    fn finish(self, terms: Terms) -> PolarsResult<Answers> {
        let [rejections, edits, failures, rework, outcome_unknown] = self.rates.map(RateTallies::read);
        let [states, became] = self.breakdowns_of_candidates.map(BreakdownTallies::read);
        let [reasons, classes, faults] = self.breakdowns_of_incidents.map(BreakdownTallies::read);
        let sent_back_after_failure = rate::read(By::All, self.sent_back_after_failure)?;
        let times = self.decision_times.into_iter().map(|(by, tally)| Ok((by, decision_time::read(tally)?)));
        Ok(Answers {
            terms,
            readings: read_readings(self.readings)?,
            left_out: self.left_out,
            totals: read_totals(self.totals)?,
            states: states?,
            rejections: rejections?,
            reasons: reasons?,
            edits: edits?,
            changes: self.changes.finish()?,
            failures: failures?,
            classes: classes?,
            attempts: read_attempts(self.attempts)?,
            rework: rework?,
            faults: faults?,
            sent_back_after_failure: sent_back_after_failure.groups.first().map_or(0, |(_, rate)| rate.numerator),
            outcome_unknown: outcome_unknown?,
            became: became?,
            decision_times: times.collect::<PolarsResult<_>>()?,
            lighter_review: judge(lighter_review::read(self.lighter_review)?, terms.harm_at_most()),
            against: self.against.finish()?.by(&[0, 1, 2, 3]),
            proposers: read_proposers(self.proposers)?,
            reasons_by_proposer: self.reasons.finish()?.by(&[0, 1, 2]),
        })
    }
}

impl RateTallies {
    fn new(question: fn(LazyFrame, By) -> LazyFrame) -> Self {
        Self { question, tallies: By::EVERY.map(|by| (by, rate::tally())).into() }
    }

    fn add(&mut self, candidates: &LazyFrame) -> PolarsResult<()> {
        self.tallies.iter_mut().try_for_each(|(by, tally)| tally.add((self.question)(candidates.clone(), *by)))
    }

    fn read(self) -> PolarsResult<Vec<Rates>> {
        self.tallies.into_iter().map(|(by, tally)| rate::read(by, tally)).collect()
    }
}

impl BreakdownTallies {
    fn new(question: fn(LazyFrame) -> LazyFrame) -> Self {
        Self { question, tallies: By::EVERY.map(|by| (by, breakdown::tally())).into() }
    }

    fn add(&mut self, rows: &LazyFrame) -> PolarsResult<()> {
        let rows = (self.question)(rows.clone()).collect()?;
        self.tallies.iter_mut().try_for_each(|(by, tally)| tally.add(breakdown::count(rows.clone().lazy(), *by)))
    }

    fn read(self) -> PolarsResult<Vec<Breakdown>> {
        self.tallies.into_iter().map(|(by, tally)| breakdown::read(by, tally)).collect()
    }
}

fn stated(rows: LazyFrame) -> LazyFrame {
    let stated = |name: &str| col(name).fill_null(lit(super::by::NOT_STATED));
    rows.with_columns([stated("proposer"), stated("action_type")])
}

fn read_readings(tally: Tally) -> PolarsResult<Vec<(String, String, u64)>> {
    let total = tally.total()?;
    let rest = texts(&total, "reading")?.into_iter().zip(counts(&total, "count")?);
    Ok(texts(&total, "kind")?.into_iter().zip(rest).map(|(kind, (reading, count))| (kind, reading, count)).collect())
}

fn read_totals(tally: Tally) -> PolarsResult<Totals> {
    let total = tally.total()?;
    let sum = |name| -> PolarsResult<u64> { Ok(counts(&total, name)?.into_iter().sum()) };
    Ok(Totals {
        candidates: sum("candidates")?,
        decisions: sum("decisions")?,
        simulated_decisions: sum("simulated_decisions")?,
    })
}

fn read_attempts(tally: Tally) -> PolarsResult<Vec<(String, u64, u64)>> {
    let total = tally.total()?;
    let rest = counts(&total, "failed")?.into_iter().zip(counts(&total, "retried")?);
    let rows = texts(&total, "category")?.into_iter().zip(rest);
    let mut rows: Vec<_> = rows.map(|(class, (failed, retried))| (class, failed, retried)).collect();
    rows.sort_by(|(a, x, _), (b, y, _)| y.cmp(x).then_with(|| a.cmp(b)));
    Ok(rows)
}

fn read_proposers(tally: Tally) -> PolarsResult<Vec<(String, String, [u64; 6])>> {
    let total = tally.total()?;
    let columns = COUNTS.map(|name| counts(&total, name));
    let columns = columns.into_iter().collect::<PolarsResult<Vec<_>>>()?;
    let names = texts(&total, "proposer")?.into_iter().zip(texts(&total, "action_type")?);
    let row = |row: usize| std::array::from_fn(|column| columns[column][row]);
    Ok(names.enumerate().map(|(number, (proposer, action_type))| (proposer, action_type, row(number))).collect())
}
