//! Edits: how often, of what kind, and which come again and again.

use std::collections::BTreeMap;

use super::{RepeatedEdit, Section, rates, undecided};
use crate::report::answers::Answers;
use crate::report::occurrences::Occurrence;
use crate::report::question::edits::DEFINITION;
use crate::report::table::{Cell, Table};

/// Most rows of the tables of changes; the most frequent are kept, and how many more there are is said.
const ROWS_MAX: usize = 50;

/// Columns of the key: action type and the five that make a change the same. The proposer, column 0, is rolled up.
const BY_ACTION_TYPE: [usize; 6] = [1, 2, 3, 4, 5, 6];

/// Makes the section.
pub(super) fn section(answers: &Answers) -> Section {
    let mut section =
        rates::section(&DEFINITION, "People edited, before approving,", "decided candidates", &answers.edits);
    section.exclusions = vec![undecided(answers)];
    let changes = answers.changes.by(&BY_ACTION_TYPE);
    section.tables.push(repeated(&changes));
    section.tables.push(kinds(&changes));
    section
}

/// Returns the most repeated edit of all, with its action type.
pub(super) fn most_repeated(answers: &Answers) -> Option<(String, RepeatedEdit)> {
    let changes = answers.changes.by(&BY_ACTION_TYPE);
    changes.iter().find_map(|change| Some((change.key.first()?.clone(), RepeatedEdit::of(change)?)))
}

fn repeated(changes: &[Occurrence]) -> Table {
    let columns = [
        ("action_type", "action type"),
        ("path", "field"),
        ("operation", "operation"),
        ("change", "change"),
        ("candidates", "candidates"),
        ("people", "people"),
        ("examples", "examples"),
    ];
    let mut table = Table::new("repeated-edits".to_owned(), "Most repeated edits".to_owned(), &columns);
    for change in changes {
        let Some(edit) = RepeatedEdit::of(change) else { continue };
        push_within(&mut table, || {
            vec![
                Cell::Text(change.key[0].clone()),
                Cell::Text(edit.path),
                Cell::Text(edit.operation),
                Cell::Text(edit.change),
                Cell::Count(edit.count),
                Cell::Count(edit.people),
                Cell::List(edit.examples),
            ]
        });
    }
    table
}

/// Counts changes by field and kinds of value, whatever the values. A candidate counts once for every change it got.
fn kinds(changes: &[Occurrence]) -> Table {
    let columns = [
        ("action_type", "action type"),
        ("path", "field"),
        ("operation", "operation"),
        ("from", "from"),
        ("to", "to"),
        ("changes", "changes"),
    ];
    let mut by_kind: BTreeMap<&[String], u64> = BTreeMap::new();
    for change in changes {
        *by_kind.entry(&change.key[..5]).or_default() += change.candidates;
    }
    let mut rows: Vec<(&[String], u64)> = by_kind.into_iter().collect();
    rows.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
    let mut table = Table::new("edit-kinds".to_owned(), "Changes by field and kind of value".to_owned(), &columns);
    for (key, count) in rows {
        push_within(&mut table, || key.iter().cloned().map(Cell::Text).chain([Cell::Count(count)]).collect());
    }
    table
}

fn push_within(table: &mut Table, row: impl FnOnce() -> Vec<Cell>) {
    if table.rows.len() < ROWS_MAX {
        table.push(row());
    } else {
        table.rows_left_out += 1;
    }
}
