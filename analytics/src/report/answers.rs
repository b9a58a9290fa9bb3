//! All questions asked of one verified export.

use std::num::NonZeroU64;

use polars::prelude::*;

use super::breakdown::Breakdown;
use super::by::By;
use super::definition::Definition;
use super::grouped::{BreakdownTallies, Question, RateTallies};
use super::lighter_review::{Judged, judge};
use super::occurrences::{Occurrence, OccurrenceBook, Occurrences};
use super::question::calibration::{self, ByProposer, Calibration};
use super::question::changes::{Change, Gathered};
use super::question::decision_time::{self, DecisionTime};
use super::question::edits::{SAME_CHANGE, SAME_KIND, SAME_WORDING, changes, wordings};
use super::question::expiry::reached;
use super::question::failures::{attempts, classes};
use super::question::harm::outcomes;
use super::question::outcome_unknown::became;
use super::question::proposers::{COUNTS, proposers};
use super::question::readings::readings;
use super::question::rejections::reasons;
use super::question::reviewers::{self, Reviewer};
use super::question::rework::{faults, sent_back_after_failure};
use super::question::rules::{Rule, RuleTallies};
use super::question::simulation::simulation;
use super::question::standing::{self, Standing};
use super::question::state_times::{state_times, turn_times};
use super::question::states::states;
use super::question::versions::{self, Version};
use super::question::{
    agreement, conflicts, edits, escalations, expiry, failures, harm, lighter_review, outcome_unknown, rejections,
    rework, supersessions,
};
use super::rate::Rates;
use super::scan::scan_parts;
use super::shape::{self, Shapes};
use super::slice::{Slice, slices};
use super::tally::{Tally, counts, texts};
use super::terms::Terms;
use crate::export::{Progress, VerifiedExport};

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
    /// Kinds of change, told by proposer, action type, place, operation and kinds of value.
    pub change_kinds: OccurrenceBook,
    /// Changes of words, told by proposer, action type, place and words.
    pub wordings: OccurrenceBook,
    /// Shapes of payloads: where changes could have been made.
    pub shapes: Shapes,
    /// Changes made often enough to be rules, before and after.
    pub rules: Vec<Rule>,
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
    /// Times in each state.
    pub state_times: Vec<DecisionTime>,
    /// Times by whose turn it was.
    pub turn_times: Vec<DecisionTime>,
    /// Rates of expiry.
    pub expiry: Vec<Rates>,
    /// Expired candidates by how far they had come.
    pub reached: Vec<Breakdown>,
    /// Rates of escalation.
    pub escalations: Vec<Rates>,
    /// Stated confidence and outcome.
    pub calibration: Vec<(By, Vec<Calibration>)>,
    /// The same by proposer and action type.
    pub calibration_by_proposer: ByProposer,
    /// Rates of harm.
    pub harm: Vec<Rates>,
    /// Candidates by outcome.
    pub outcomes: Vec<Breakdown>,
    /// Versions of proposers.
    pub versions: Vec<Version>,
    /// What each person decided.
    pub reviewers: Vec<Reviewer>,
    /// Rates of agreement.
    pub agreement: Vec<Rates>,
    /// What came of standing approvals.
    pub standing: Vec<Standing>,
    /// Rates of conflicts.
    pub conflicts: Vec<Rates>,
    /// Rates of supersession.
    pub supersessions: Vec<Rates>,
    /// The last period against the one before.
    pub period_changes: Vec<Change>,
    /// Categories of low risk, in the order in which they appeared.
    pub lighter_review: Vec<Judged>,
    /// Harmful candidates of low risk, by category and harm.
    pub against: Vec<Occurrence>,
    /// Counts by proposer and action type, in the order of [`COUNTS`].
    pub proposers: Vec<(String, String, [u64; 6])>,
    /// Rejections, told by proposer, action type and reason.
    pub reasons_by_proposer: Vec<Occurrence>,
}

/// Questions about candidates that are answered with a rate.
const RATES: [Question; 10] = [
    (&rejections::DEFINITION, rejections::rejections),
    (&edits::DEFINITION, edits::edits),
    (&failures::DEFINITION, failures::failures),
    (&rework::DEFINITION, rework::rework),
    (&outcome_unknown::DEFINITION, outcome_unknown::outcome_unknown),
    (&expiry::DEFINITION, expiry::expiry),
    (&escalations::DEFINITION, escalations::escalations),
    (&harm::DEFINITION, harm::harm),
    (&conflicts::DEFINITION, conflicts::conflicts),
    (&supersessions::DEFINITION, supersessions::supersessions),
];

/// What calibration is told by.
const CALIBRATED_BY: [By; 5] = [By::All, By::ActionType, By::Proposer, By::Model, By::PromptVersion];

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
pub(super) fn answer(
    export: &VerifiedExport,
    slice_count: NonZeroU64,
    terms: Terms,
    on_progress: &mut dyn FnMut(Progress),
) -> PolarsResult<Answers> {
    let last_us = export.last_appended_at_us().unwrap_or_default();
    let mut all = Tallies::new(last_us, terms);
    for slice in slices(export, slice_count, on_progress) {
        all.add(&slice?, last_us)?;
    }
    for part in scan_parts(export)? {
        all.readings.add(readings(part))?;
    }
    all.finish(terms)
}

struct Tallies {
    readings: Tally,
    left_out: u64,
    totals: Tally,
    rates: RateTallies,
    agreement: RateTallies,
    breakdowns_of_candidates: [BreakdownTallies; 4],
    breakdowns_of_incidents: [BreakdownTallies; 3],
    changes: Occurrences,
    change_kinds: Occurrences,
    wordings: Occurrences,
    shapes: Tally,
    rules: RuleTallies,
    reasons: Occurrences,
    attempts: Tally,
    sent_back_after_failure: Tally,
    decision_times: Vec<(By, Tally)>,
    state_times: Tally,
    turn_times: Tally,
    calibration: Vec<(By, Tally)>,
    calibration_by_proposer: Tally,
    versions: Tally,
    reviewers: Tally,
    standing: Tally,
    looks: Tally,
    period_changes: Gathered,
    lighter_review: Tally,
    against: Occurrences,
    proposers: Tally,
}

impl Tallies {
    fn new(last_us: i64, terms: Terms) -> Self {
        let changed = |same: &[&'static str]| {
            let key: Vec<&'static str> = ["proposer", "action_type"].iter().chain(same).copied().collect();
            Occurrences::new(&key).with_applies()
        };
        Self {
            readings: Tally::new(&["kind", "reading"], &["count"]),
            left_out: 0,
            totals: Tally::new(&["group"], &["candidates", "decisions", "simulated_decisions"]),
            rates: RateTallies::new(&RATES),
            agreement: RateTallies::new(&[(&agreement::DEFINITION, agreement::agreement)]),
            breakdowns_of_candidates: [states, became, reached, outcomes].map(BreakdownTallies::new),
            breakdowns_of_incidents: [reasons, classes, faults].map(BreakdownTallies::new),
            changes: changed(&SAME_CHANGE),
            change_kinds: changed(&SAME_KIND),
            wordings: changed(&SAME_WORDING),
            shapes: shape::tally(),
            rules: RuleTallies::new(),
            reasons: Occurrences::new(&["proposer", "action_type", "category"]),
            attempts: Tally::new(&["category"], &["failed", "retried"]),
            sent_back_after_failure: Tally::new(&["group"], &["count"]),
            decision_times: By::EVERY
                .into_iter()
                .filter(|by| by.suits(decision_time::DEFINITION.id))
                .map(|by| (by, decision_time::tally()))
                .collect(),
            state_times: decision_time::tally(),
            turn_times: decision_time::tally(),
            calibration: CALIBRATED_BY.map(|by| (by, calibration::tally())).into(),
            calibration_by_proposer: calibration::tally_by_proposer(),
            versions: versions::tally(),
            reviewers: reviewers::tally(),
            standing: standing::tally(),
            looks: standing::gather_looks(),
            period_changes: Gathered::new(last_us, terms.period),
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
        self.rates.add(&slice.candidates)?;
        for breakdown in &mut self.breakdowns_of_candidates {
            breakdown.add(&slice.candidates)?;
        }
        for breakdown in &mut self.breakdowns_of_incidents {
            breakdown.add(&slice.incidents)?;
        }
        let changes = changes(slice.edits.clone());
        self.changes.add(changes.clone())?;
        self.change_kinds.add(changes.clone())?;
        self.rules.add(changes)?;
        self.wordings.add(wordings(slice.wordings.clone()))?;
        self.shapes.add(slice.shapes.clone())?;
        self.reasons.add(stated(reasons(incidents())))?;
        self.attempts.add(attempts(incidents()))?;
        self.sent_back_after_failure.add(sent_back_after_failure(candidates()))?;
        for (by, tally) in &mut self.decision_times {
            tally.add(decision_time::decision_times(candidates(), *by))?;
        }
        self.agreement.add(&slice.decisions)?;
        self.state_times.add(state_times(&slice.candidates)?)?;
        self.turn_times.add(turn_times(&slice.candidates)?)?;
        for (by, tally) in &mut self.calibration {
            tally.add(calibration::calibration(candidates(), *by))?;
        }
        self.calibration_by_proposer.add(calibration::by_proposer(candidates()))?;
        self.versions.add(versions::versions(candidates()))?;
        self.reviewers.add(reviewers::reviewers(slice.decisions.clone()))?;
        self.standing.add(standing::uses(candidates()))?;
        self.looks.add(standing::looks(candidates()))?;
        self.period_changes.add(&slice.candidates)?;
        self.lighter_review.add(lighter_review::categories(candidates(), last_us))?;
        self.against.add(lighter_review::against(candidates())?)?;
        self.proposers.add(proposers(candidates()))
    }

    fn finish(self, terms: Terms) -> PolarsResult<Answers> {
        let mut rates = self.rates.read()?;
        rates.extend(self.agreement.read()?);
        let mut rate = |definition: &Definition| rates.remove(definition.id).unwrap_or_default();
        let [states, became, reached, outcomes] = self.breakdowns_of_candidates.map(BreakdownTallies::read);
        let [reasons, classes, faults] = self.breakdowns_of_incidents.map(BreakdownTallies::read);
        let after_failure = counts(&self.sent_back_after_failure.total()?, "count")?;
        let times = self.decision_times.into_iter().map(|(by, tally)| Ok((by, decision_time::read(by, tally)?)));
        let calibration = self.calibration.into_iter().map(|(by, tally)| Ok((by, calibration::read(tally)?)));
        let shapes = Shapes::read(self.shapes)?;
        Ok(Answers {
            terms,
            readings: read_readings(self.readings)?,
            left_out: self.left_out,
            totals: read_totals(self.totals)?,
            states: states?,
            rejections: rate(&rejections::DEFINITION),
            reasons: reasons?,
            edits: rate(&edits::DEFINITION),
            changes: self.changes.finish()?,
            change_kinds: self.change_kinds.finish()?,
            wordings: self.wordings.finish()?,
            rules: self.rules.read(&shapes)?,
            shapes,
            failures: rate(&failures::DEFINITION),
            classes: classes?,
            attempts: read_attempts(self.attempts)?,
            rework: rate(&rework::DEFINITION),
            faults: faults?,
            sent_back_after_failure: after_failure.into_iter().sum(),
            outcome_unknown: rate(&outcome_unknown::DEFINITION),
            became: became?,
            decision_times: times.collect::<PolarsResult<_>>()?,
            state_times: decision_time::read(By::All, self.state_times)?,
            turn_times: decision_time::read(By::All, self.turn_times)?,
            expiry: rate(&expiry::DEFINITION),
            reached: reached?,
            escalations: rate(&escalations::DEFINITION),
            calibration: calibration.collect::<PolarsResult<_>>()?,
            calibration_by_proposer: calibration::read_by_proposer(self.calibration_by_proposer)?,
            harm: rate(&harm::DEFINITION),
            outcomes: outcomes?,
            versions: versions::read(self.versions)?,
            reviewers: reviewers::read(self.reviewers)?,
            agreement: rate(&agreement::DEFINITION),
            standing: standing::read(self.standing, self.looks, terms.harm_at_most())?,
            conflicts: rate(&conflicts::DEFINITION),
            supersessions: rate(&supersessions::DEFINITION),
            period_changes: self.period_changes.finish()?,
            lighter_review: judge(lighter_review::read(self.lighter_review)?, terms.harm_at_most()),
            against: self.against.finish()?.by(&[0, 1, 2, 3]),
            proposers: read_proposers(self.proposers)?,
            reasons_by_proposer: self.reasons.finish()?.by(&[0, 1, 2]),
        })
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
