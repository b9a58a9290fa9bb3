//! The report for reading in a terminal, a repository or a chat.

use std::fmt::Write;

use crate::report::head::Head;
use crate::report::made::Report;
use crate::report::section::Section;
use crate::report::table::Table;
use crate::report::terms::Terms;
use crate::report::words::thousands;

/// Writes the report as GitHub-flavoured Markdown.
pub(in crate::report) fn markdown(report: &Report) -> String {
    let mut text = String::from("# Feedback report\n\n");
    head(&mut text, &report.head, report.terms);
    text.push_str("## Findings\n\n");
    for finding in &report.findings {
        line(&mut text, format_args!("- {}", escape(finding)));
    }
    for section in &report.sections {
        write_section(&mut text, report, section);
    }
    text
}

fn head(text: &mut String, head: &Head, terms: Terms) {
    let (source, totals) = (&head.source, &head.totals);
    line(text, format_args!("- Log: {}", code(&source.origin)));
    let (first, end) = (thousands(source.first_index), thousands(source.end_index));
    line(text, format_args!("- Entries: {first} up to, not including, {end}"));
    line(text, format_args!("- Root: `{}`", source.root));
    line(text, format_args!("- Last entry: {}", head.last_entry_at.as_deref().unwrap_or("none")));
    line(text, format_args!("- Manifest SHA-256: `{}`", head.manifest_sha256));
    line(text, format_args!("- Asked for: {}", terms.words()));
    line(text, format_args!("- Candidates: {}", totals.candidates_words()));
    let (simulated, decisions) = (thousands(totals.simulated_decisions), thousands(totals.decisions));
    line(text, format_args!("- Decisions by simulation: {simulated} of {decisions}\n"));
}

fn write_section(text: &mut String, report: &Report, section: &Section) {
    let definition = section.definition;
    line(text, format_args!("\n## {}\n\n{}\n", definition.title, escape(&section.sentence)));
    line(text, format_args!("- Counted: {}", definition.numerator));
    line(text, format_args!("- Of: {}", definition.denominator));
    line(text, format_args!("- Left out: {}", definition.exclusions));
    for exclusion in &section.exclusions {
        line(text, format_args!("- {}", escape(exclusion)));
    }
    for table in &section.tables {
        write_table(text, report, section, table);
    }
}

fn write_table(text: &mut String, report: &Report, section: &Section, table: &Table) {
    line(text, format_args!("\n### {}\n", escape(&table.title)));
    let titles: Vec<&str> = table.columns.iter().map(|column| column.title).collect();
    line(text, format_args!("| {} |", titles.join(" | ")));
    let first = table.rows.first();
    let rules = (0..table.columns.len()).map(|column| match first {
        Some(row) if row[column].is_figure() => "---:",
        Some(_) | None => "---",
    });
    line(text, format_args!("| {} |", rules.collect::<Vec<_>>().join(" | ")));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| escape(&cell.to_words())).collect();
        line(text, format_args!("| {} |", cells.join(" | ")));
    }
    if table.rows_left_out > 0 {
        line(text, format_args!("\n{} more rows are left out.", thousands(table.rows_left_out)));
    }
    let source = &report.head.source;
    line(
        text,
        format_args!(
            "\n{}, entries {} to {}, root `{}`, definition {}",
            code(&source.origin),
            thousands(source.first_index),
            thousands(source.end_index),
            source.root,
            section.definition.version
        ),
    );
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    writeln!(text, "{arguments}").expect("invariant: a string takes whatever is written");
}

/// Writes a value as code, behind more backticks than it holds in a row (`CommonMark` 0.31, section 6.1).
fn code(text: &str) -> String {
    let most = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(most + 1);
    let room = if most > 0 { " " } else { "" };
    format!("{fence}{room}{text}{room}{fence}")
}

/// Keeps a value from being read as Markdown or HTML.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut is_after_word = false;
    while let Some(letter) = letters.next() {
        match letter {
            // Inside a word it starts no emphasis (CommonMark 0.31, section 6.2), and `create_task` stays readable.
            '_' if is_after_word && letters.peek().is_some_and(|next| next.is_alphanumeric()) => escaped.push('_'),
            '\\' | '|' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '~' | '`' | '&' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
        is_after_word = letter.is_alphanumeric();
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::render::hostile::report;

    #[test]
    fn a_value_breaks_no_table_and_starts_no_markup() {
        assert_eq!(escape("create_task _x_ y_ 1__2"), "create_task \\_x\\_ y\\_ 1\\_\\_2");
        assert_eq!(escape("a|b\n<img> *x* [y](z)"), "a\\|b \\<img\\> \\*x\\* \\[y\\](z)");
        assert_eq!(escape("`a` &lt;"), "\\`a\\` \\&lt;");
    }

    #[test]
    fn a_value_stays_inside_its_code() {
        assert_eq!(code("log"), "`log`");
        assert_eq!(code("a`<img>``"), "``` a`<img>`` ```");
    }

    #[test]
    fn the_report_holds_no_markup_of_its_words_and_every_row_its_cells() {
        let text = markdown(&report());
        let outside_code = text.replace(&code(&report().head.source.origin), "");
        assert!(!outside_code.replace("\\<", "").contains('<'), "{text}");
        assert!(text.contains("- Entries: 0 up to, not including, 1,234,567"));
        assert!(text.contains("- Asked for: the last four weeks against those before; no harm allowed"), "{text}");
        assert!(text.contains(" left out, of which an entry is not known"), "{text}");
        assert!(text.contains("- Decisions by simulation: 1,111 of 2,345"));
        for row in text.lines().filter(|line| line.starts_with('|')) {
            assert_eq!(row.replace("\\|", "").matches('|').count(), 6, "{row}");
        }
    }
}
