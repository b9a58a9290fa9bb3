//! The report as one page that needs nothing else: no network, no script.

use askama::Template;

use crate::report::error::Error;
use crate::report::head::Head;
use crate::report::made::Report;
use crate::report::section::Section;

/// What the template is filled with. Whatever it prints is escaped; the charts alone are markup, and escape their own words.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'r> {
    head: &'r Head,
    /// What was asked for, in words.
    terms: String,
    findings: &'r [String],
    sections: &'r [Section],
}

/// Writes the report as HTML.
pub(in crate::report) fn html(report: &Report) -> Result<String, Error> {
    let page = Page {
        head: &report.head,
        terms: report.terms.words(),
        findings: &report.findings,
        sections: &report.sections,
    };
    Ok(page.render()?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::report::render::hostile::{FORMULAS, MARKUP, report};

    /// Cuts a page into its tags, each with what is between its angle brackets, and its text.
    fn read(page: &str) -> (Vec<&str>, String) {
        let (mut tags, mut text) = (Vec::new(), String::new());
        let mut pieces = page.split('<');
        text.push_str(pieces.next().expect("a page"));
        for piece in pieces {
            let (tag, after) = piece.split_once('>').expect("a tag is closed");
            tags.push(tag);
            text.push_str(after);
        }
        for (escaped, letter) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#34;", "\"")] {
            text = text.replace(escaped, letter);
        }
        for (escaped, letter) in [("&#60;", "<"), ("&#62;", ">"), ("&apos;", "'"), ("&#38;", "&"), ("&amp;", "&")] {
            text = text.replace(escaped, letter);
        }
        (tags, text)
    }

    #[test]
    fn whatever_words_say_the_page_has_no_tag_but_its_own() {
        let page = html(&report()).expect("a page");
        let (tags, _) = read(&page);
        let names: BTreeSet<&str> = tags
            .iter()
            .map(|tag| tag.trim_start_matches('/').split([' ', '\n', '/']).next().expect("a name"))
            .collect();
        let own: BTreeSet<&str> = [
            "!doctype",
            "!--",
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "header",
            "h1",
            "dl",
            "dt",
            "dd",
            "code",
            "time",
            "main",
            "section",
            "h2",
            "ul",
            "li",
            "p",
            "figure",
            "figcaption",
            "div",
            "table",
            "caption",
            "thead",
            "tr",
            "th",
            "tbody",
            "td",
            "pre",
            "svg",
            "desc",
            "defs",
            "clipPath",
            "rect",
            "g",
            "line",
            "circle",
            "text",
            "path",
        ]
        .into();
        assert!(names.is_subset(&own), "{:?}", names.difference(&own).collect::<Vec<_>>());
        for tag in tags {
            assert!(!tag.contains("onerror") && !tag.contains("alert("), "`<{tag}>`");
        }
    }

    #[test]
    fn every_word_can_be_read_as_it_was() {
        let page = html(&report()).expect("a page");
        let (_, text) = read(&page);
        // Title and head, finding, sentence, exclusion, chart's title, description and caption, table's title, its rows twice
        // and the last one three times, the line under it, the checkpoint.
        let seen = text.matches(MARKUP).count();
        assert_eq!(seen, 2 + 1 + 1 + 1 + 3 + 1 + FORMULAS.len() + 3 + 1 + 1, "{text}");
        for formula in FORMULAS {
            assert!(text.contains(formula), "`{formula}`");
        }
    }

    #[test]
    fn figures_are_written_for_people() {
        let page = html(&report()).expect("a page");
        for figure in ["1,234,567", "33.3 %", "4 d 7 h"] {
            assert!(page.contains(&format!("<td class=\"figure\">{figure}</td>")), "{figure}");
        }
        assert!(page.contains("<dd>0 up to, not including, 1,234,567</dd>"));
        assert!(page.contains("<dd>1,111 of 2,345</dd>"));
        assert!(page.contains("9,876 more rows are left out."));
        assert!(page.contains("entries 0 to 1,234,567, root"));
        assert!(!page.contains("1234567"), "no figure without its commas");
    }
}
