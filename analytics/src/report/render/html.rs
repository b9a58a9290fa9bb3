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
    findings: &'r [String],
    sections: &'r [Section],
}

/// Writes the report as HTML.
pub(in crate::report) fn html(report: &Report) -> Result<String, Error> {
    let page = Page { head: &report.head, findings: &report.findings, sections: &report.sections };
    Ok(page.render()?)
}
