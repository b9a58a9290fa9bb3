//! Edits: how often, of what kind, and which come again and again.

use super::edit_rule::of_change;
use super::repeated_edit::{REPEATED_MIN, made};
use super::{RepeatedEdit, RepeatedWording, RuleHistory, Section, rate_cells, rates, undecided};
use crate::report::answers::Answers;
use crate::report::occurrences::Occurrence;
use crate::report::question::edits::DEFINITION;
use crate::report::rate::Rate;
use crate::report::table::{Cell, Table};

/// Most rows of the tables of changes; the most frequent are kept, and how many more there are is said.
const ROWS_MAX: usize = 50;

/// Columns of the keys: action type and what makes a change the same. The proposer, column 0, is rolled up.
const SAME_BY_ACTION_TYPE: [usize; 6] = [1, 2, 3, 4, 5, 6];
const BY_ACTION_TYPE: [usize; 5] = [1, 2, 3, 4, 5];

/// Says where the words of texts are, in every report.
const NO_WORDS: &str = "Words that people changed are in no report: they are told by keyed hashes of their normal form. An edit whose payload \
                        before is not known has no changed words.";

/// Makes the section.
pub(super) fn section(answers: &Answers) -> Section {
    let mut section =
        rates::section(&DEFINITION, "People edited, before approving,", "decided candidates", &answers.edits);
    section.exclusions = vec![undecided(answers), NO_WORDS.to_owned()];
    section.tables.extend([repeated(answers), kinds(answers), wordings(answers), rules(answers)]);
    section
}

/// Returns the most repeated edit of all.
pub(super) fn most_repeated(answers: &Answers) -> Option<RepeatedEdit> {
    answers.changes.by(&SAME_BY_ACTION_TYPE).iter().find_map(|change| RepeatedEdit::of(change, &answers.shapes))
}

/// How often a change was made: the columns behind those that say which change.
const HOW_OFTEN: [(&str, &str); 2] = [("candidates", "candidates"), ("people", "people")];
const WHERE: [(&str, &str); 2] = [("examples", "examples"), ("rule", "as a rule")];

fn columns(what: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [what, &HOW_OFTEN, &rate_cells::columns("changed so", "could have been", "share"), &WHERE].concat()
}

fn how_often(change: &Occurrence, made: Rate, rule: String) -> impl Iterator<Item = Cell> {
    let counts = [Cell::Count(change.candidates), Cell::Count(change.people)];
    let rest = [Cell::List(change.examples.clone()), Cell::Text(rule)];
    counts.into_iter().chain(rate_cells::cells(made)).chain(rest)
}

fn repeated(answers: &Answers) -> Table {
    let what = [("action_type", "action type"), ("path", "field"), ("operation", "operation"), ("change", "change")];
    let mut table = Table::new("repeated-edits".to_owned(), "Most repeated edits".to_owned(), &columns(&what));
    for change in answers.changes.by(&SAME_BY_ACTION_TYPE) {
        if change.candidates < REPEATED_MIN {
            continue;
        }
        push_within(&mut table, || {
            let edit =
                RepeatedEdit::of(&change, &answers.shapes).expect("invariant: it was made in several candidates");
            let what = [change.key[0].clone(), edit.path, edit.operation, edit.change].map(Cell::Text);
            let made = Rate { numerator: edit.share.numerator, denominator: edit.share.denominator };
            what.into_iter().chain(how_often(&change, made, edit.rule)).collect()
        });
    }
    table
}

/// Tells changes by field and kinds of value, whatever the values.
fn kinds(answers: &Answers) -> Table {
    let what =
        [("action_type", "action type"), ("path", "field"), ("operation", "operation"), ("from", "from"), ("to", "to")];
    let title = "Changes by field and kind of value".to_owned();
    let mut table = Table::new("edit-kinds".to_owned(), title, &columns(&what));
    for change in answers.change_kinds.by(&BY_ACTION_TYPE) {
        push_within(&mut table, || {
            let [action_type, path, operation, from, to] = std::array::from_fn(|column| change.key[column].as_str());
            let made = made(&change, None, action_type, path, from, &answers.shapes);
            let rule = match change.candidates {
                0..REPEATED_MIN => String::new(),
                candidates => of_change(action_type, [path, operation, from, to], None, made, candidates),
            };
            let what = change.key.iter().cloned().map(Cell::Text);
            what.chain(how_often(&change, made, rule)).collect()
        });
    }
    table
}

fn wordings(answers: &Answers) -> Table {
    let what = [("action_type", "action type"), ("path", "field"), ("change", "words")];
    let title = "Words changed again and again".to_owned();
    let mut table = Table::new("repeated-wordings".to_owned(), title, &columns(&what));
    for change in answers.wordings.by(&BY_ACTION_TYPE) {
        if change.candidates < REPEATED_MIN {
            continue;
        }
        push_within(&mut table, || {
            let wording = RepeatedWording::of(&change, &answers.shapes).expect("invariant: it was made several times");
            let words = wording.in_words();
            let what = [change.key[0].clone(), wording.path, words].map(Cell::Text);
            let made = Rate { numerator: wording.share.numerator, denominator: wording.share.denominator };
            what.into_iter().chain(how_often(&change, made, wording.rule)).collect()
        });
    }
    table
}

/// Tells what became of what people changed often enough to be a rule.
fn rules(answers: &Answers) -> Table {
    let columns = [
        ("proposer", "proposer"),
        ("action_type", "action type"),
        ("path", "field"),
        ("operation", "operation"),
        ("change", "change"),
        ("since", "a rule since"),
        ("before_numerator", "changed so before"),
        ("before_denominator", "of"),
        ("before_rate", "share before"),
        ("before_low", "95 % from"),
        ("before_high", "95 % to"),
        ("after_numerator", "changed so after"),
        ("after_denominator", "of"),
        ("after_rate", "share after"),
        ("after_low", "95 % from"),
        ("after_high", "95 % to"),
        ("p", "p"),
        ("q", "q, all rules together"),
        ("verdict", "verdict"),
    ];
    let mut table = Table::new("rules".to_owned(), "Rules, before and after".to_owned(), &columns);
    for rule in &answers.rules {
        push_within(&mut table, || {
            let [proposer, action_type, path, operation, from, to, sameness] = &rule.key;
            let change = super::repeated_edit::change(from, to, sameness);
            let what = [proposer, action_type, path, operation, &change, &rule.since];
            let history = RuleHistory::of(rule);
            let sides = [rule.before, rule.after].into_iter().flat_map(|side| {
                let [numerator, denominator, share, low, high, _] = rate_cells::cells(side);
                [numerator, denominator, share, low, high]
            });
            let tests = [Cell::Number(history.p), Cell::Number(history.q), Cell::Text(history.verdict)];
            what.map(|word| Cell::Text(word.clone())).into_iter().chain(sides).chain(tests).collect()
        });
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
