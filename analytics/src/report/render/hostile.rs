//! A report whose every word tries to be something else.

use ledger_format::sha256;

use crate::report::chart::{Chart, Interval};
use crate::report::head::{Head, Source, Totals};
use crate::report::made::Report;
use crate::report::question::DEFINITIONS;
use crate::report::section::Section;
use crate::report::table::{Cell, Table};
use crate::report::terms::Terms;

/// Markup in every tongue that a report is written in: HTML, the template's own, Markdown.
pub(super) const MARKUP: &str = "</td><script>alert('1')</script><img src=x onerror=\"y\">&lt;{{ 7*7 }}`a`|**b**";

/// What spreadsheets take for a formula.
pub(super) const FORMULAS: [&str; 12] =
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "＝1", "＋1", "－1", "＠A"];

/// Makes the report: one section with a chart and a table that has a row for every formula.
pub(super) fn report() -> Report {
    let digest = sha256(&[b"x"]);
    let columns =
        [("group", "group"), ("count", "count"), ("rate", "rate"), ("took", "took"), ("examples", "examples")];
    let mut table = Table::new("by-all".to_owned(), MARKUP.to_owned(), &columns);
    for text in FORMULAS.into_iter().chain([MARKUP]) {
        table.push(vec![
            Cell::Text(text.to_owned()),
            Cell::Count(1_234_567),
            Cell::Share(Some(1.0 / 3.0)),
            Cell::DurationMs(Some(372_000_000)),
            Cell::List(vec![text.to_owned(), MARKUP.to_owned()]),
        ]);
    }
    table.rows_left_out = 9_876;
    let row = Interval { label: MARKUP.to_owned(), share: 0.4, low: 0.3, high: 0.5, is_small: true };
    let section = Section {
        definition: DEFINITIONS[0],
        sentence: MARKUP.to_owned(),
        exclusions: vec![MARKUP.to_owned()],
        chart: Chart::intervals("by-all", MARKUP, MARKUP, &[row]),
        tables: vec![table],
    };
    let origin = format!("=origin{MARKUP}");
    let source = Source { origin, first_index: 0, end_index: 1_234_567, root: digest };
    let totals = Totals {
        entries: 1_234_567,
        entries_known: 1_234_567,
        entries_unknown_kind: 0,
        entries_erased: 0,
        entries_unreadable: 0,
        candidates: 1_000,
        candidates_left_out: 0,
        decisions: 2_345,
        simulated_decisions: 1_111,
    };
    let head = Head {
        source,
        last_entry_at: Some("2026-11-22T10:00:00Z".to_owned()),
        checkpoint: MARKUP.to_owned(),
        manifest_sha256: digest,
        totals,
    };
    Report {
        head,
        terms: Terms::default(),
        findings: vec![MARKUP.to_owned()],
        sections: vec![section],
        proposers: Vec::new(),
        categories: Vec::new(),
    }
}
