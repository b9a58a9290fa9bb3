//! Every error reason of the contract has a page, and every page has its reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context as _;

/// Names every reason without a page and every page without a reason.
pub fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let proto = fs::read_to_string(root.join("proto/countersign/error/v1/reason.proto"))?;
    let reasons: BTreeSet<String> = proto
        .lines()
        .filter_map(|line| line.trim().strip_prefix("ERROR_REASON_")?.split_once(" = "))
        .map(|(reason, _)| reason.to_owned())
        .filter(|reason| reason != "UNSPECIFIED")
        .collect();
    let folder = root.join("docs/errors");
    let mut pages = BTreeSet::new();
    for item in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let name = item?.file_name().to_string_lossy().into_owned();
        if let Some(reason) = name.strip_suffix(".md").filter(|reason| *reason != "README") {
            pages.insert(reason.to_owned());
        }
    }
    let missing = reasons.difference(&pages).map(|reason| format!("docs/errors/{reason}.md: missing"));
    let idle = pages.difference(&reasons).map(|page| format!("docs/errors/{page}.md: no such reason"));
    Ok(missing.chain(idle).collect())
}
