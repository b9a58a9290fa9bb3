//! What no compiler holds, a file per rule.

mod error_pages;
mod file_names;
mod file_sizes;
mod floors;
mod placement;

use std::path::Path;

use crate::tree;

/// Runs every rule; returns the findings, a line each.
pub fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let files = tree::rust_files(root)?;
    let mut findings = Vec::new();
    findings.extend(file_sizes::check(&files));
    findings.extend(file_names::check(&files));
    findings.extend(placement::check(&files));
    findings.extend(floors::check(root)?);
    findings.extend(error_pages::check(root)?);
    Ok(findings)
}
