//! A report before it is written in any form.

use std::num::NonZeroU64;

use super::answers::answer;
use super::error::Error;
use super::head::Head;
use super::lighter_review::{ReviewedCategory, reviewed};
use super::proposer::{ProposerFeedback, feedback};
use super::render::json;
use super::scan::check_columns;
use super::section::{Section, findings, sections};
use super::slice::slices_for;
use super::terms::Terms;
use crate::export::{Progress, VerifiedExport};

/// Everything that a report says.
#[derive(Debug, Clone)]
pub struct Report {
    /// What it was computed from.
    pub(super) head: Head,
    /// What it was asked for.
    pub(super) terms: Terms,
    /// What stands out, in words.
    pub(super) findings: Vec<String>,
    /// The questions with their answers.
    pub(super) sections: Vec<Section>,
    /// What every proposer should know.
    pub(super) proposers: Vec<ProposerFeedback>,
    /// The categories of low risk.
    pub(super) categories: Vec<ReviewedCategory>,
}

impl Report {
    /// Computes a report from a verified export. The same export under the same terms gives the same report: no clock and no chance is in it.
    ///
    /// Holds one slice of the candidates and one part's events at a time. Blocks: async code calls it inside `spawn_blocking`, and nowhere else.
    ///
    /// # Errors
    ///
    /// When a part can no longer be read.
    pub fn of(export: &VerifiedExport, terms: Terms) -> Result<Self, Error> {
        Self::with_progress(export, terms, &mut |_| {})
    }

    /// Computes the same report and says how far it is.
    ///
    /// # Errors
    ///
    /// When a part can no longer be read.
    pub(super) fn with_progress(
        export: &VerifiedExport,
        terms: Terms,
        on_progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, Error> {
        Self::computed(export, slices_for(export.manifest().size), terms, on_progress)
    }

    /// Computes the same report in a number of slices, at most 256. More slices need less memory and read the parts more often.
    ///
    /// # Errors
    ///
    /// When a part can no longer be read.
    pub fn in_slices(export: &VerifiedExport, slices: NonZeroU64, terms: Terms) -> Result<Self, Error> {
        Self::computed(export, slices, terms, &mut |_| {})
    }

    fn computed(
        export: &VerifiedExport,
        slices: NonZeroU64,
        terms: Terms,
        on_progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, Error> {
        check_columns(export)?;
        let answers = answer(export, slices, terms, on_progress)?;
        let head = Head::of(export, &answers);
        let sections = sections(&answers, &head);
        let findings = findings(&answers, &head, &sections);
        let categories = reviewed(&answers.lighter_review, &answers.against);
        Ok(Self { findings, proposers: feedback(&answers), categories, terms, head, sections })
    }

    /// Returns the report for programs: the content of `report.json`.
    ///
    /// # Errors
    ///
    /// When a figure is not a number that JSON can hold.
    pub fn to_json(&self) -> Result<String, Error> {
        json(self)
    }

    /// Returns what every proposer should know, sorted by proposer and action type.
    pub fn proposers(&self) -> &[ProposerFeedback] {
        &self.proposers
    }

    /// Returns the categories of low risk, in the order in which they appeared in the log.
    pub fn categories(&self) -> &[ReviewedCategory] {
        &self.categories
    }

    /// Returns what stands out, in words.
    pub fn findings(&self) -> &[String] {
        &self.findings
    }
}
