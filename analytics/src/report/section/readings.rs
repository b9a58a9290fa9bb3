//! How much of the log could be read.

use super::Section;
use crate::report::answers::Answers;
use crate::report::head::Head;
use crate::report::question::readings::DEFINITION;
use crate::report::table::{Cell, Table};
use crate::report::words::thousands;

/// Makes the section.
pub(super) fn section(answers: &Answers, head: &Head) -> Section {
    let columns = [("kind", "kind"), ("reading", "reading"), ("entries", "entries")];
    let mut table = Table::new(DEFINITION.id.to_owned(), "Entries by kind and reading".to_owned(), &columns);
    for (kind, reading, count) in &answers.readings {
        table.push(vec![Cell::Text(kind.clone()), Cell::Text(reading.clone()), Cell::Count(*count)]);
    }
    let totals = &head.totals;
    Section {
        definition: &DEFINITION,
        sentence: format!(
            "Of {} entries, {} were read; {} are of unknown kinds, {} were erased, {} are unreadable.",
            thousands(totals.entries),
            thousands(totals.entries_known),
            thousands(totals.entries_unknown_kind),
            thousands(totals.entries_erased),
            thousands(totals.entries_unreadable),
        ),
        exclusions: Vec::new(),
        chart: None,
        tables: vec![table],
    }
}
