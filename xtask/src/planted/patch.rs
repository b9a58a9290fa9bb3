//! A patch that plants one bug, and the words above it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

/// A patch and what it promises.
#[derive(Debug)]
pub struct PlantedBug {
    /// The file's name without its ending.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// The command that runs the tests which look for it.
    pub run: String,
    /// Tests that must fail, by the names that the runner gives them; at least one.
    pub caught_by: Vec<String>,
}

/// Whether a patch is tried or applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Changes nothing.
    Try,
    /// Changes the tree.
    Apply,
}

impl PlantedBug {
    /// Returns the file as findings name it.
    pub fn shown(&self) -> String {
        format!("tests/planted/{}.patch", self.name)
    }
}

/// Reads every patch, by name; and names those whose header is not complete.
pub fn read_all(root: &Path) -> anyhow::Result<(Vec<PlantedBug>, Vec<String>)> {
    let folder = root.join("tests/planted");
    let mut bugs = Vec::new();
    let mut findings = Vec::new();
    for item in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = item?.path();
        if path.extension().is_some_and(|extension| extension == "patch") {
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            match header(&text) {
                Ok((run, caught_by)) => bugs.push(PlantedBug { name, path, run, caught_by }),
                Err(reason) => findings.push(format!("tests/planted/{name}.patch: {reason}")),
            }
        }
    }
    bugs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((bugs, findings))
}

/// Reads what stands above the first hunk: words, `run: …`, and at least one `caught by: …`.
fn header(text: &str) -> Result<(String, Vec<String>), String> {
    let lines: Vec<&str> = text.lines().take_while(|line| !line.starts_with("--- ")).collect();
    let after = |key: &'static str| lines.iter().filter_map(move |line| line.strip_prefix(key)).map(str::trim);
    let says_why = lines.first().is_some_and(|line| !line.trim().is_empty() && !line.contains(": "));
    if !says_why {
        return Err("its first line says in words what it breaks".to_owned());
    }
    let run = after("run:").next().filter(|run| run.starts_with("cargo nextest run "));
    let run = run.ok_or("a line `run: cargo nextest run …` says how to look for it")?;
    let caught_by: Vec<String> = after("caught by:").map(str::to_owned).collect();
    if caught_by.is_empty() {
        return Err("a line `caught by: …` names the test that notices".to_owned());
    }
    Ok((run.to_owned(), caught_by))
}

/// Applies a patch to a tree, or tries to; says why when it does not apply.
pub fn apply(tree: &Path, patch: &Path, mode: Mode) -> Result<(), String> {
    let mut git = Command::new("git");
    git.arg("apply").current_dir(tree);
    // In a folder of somebody's repository git would skip what lies outside, and say nothing.
    git.env("GIT_CEILING_DIRECTORIES", tree.parent().unwrap_or(tree));
    if mode == Mode::Try {
        git.arg("--check");
    }
    let output = git.arg(patch).output().map_err(|error| format!("git does not start: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        "Something is skipped.\nrun: cargo nextest run -p a b::\ncaught by: b::c\ncaught by: b::d\n\n--- a\n";

    #[test]
    fn a_header_names_the_command_and_the_tests() {
        let (run, caught_by) = header(GOOD).expect("it is complete");
        assert_eq!(
            (run.as_str(), caught_by),
            ("cargo nextest run -p a b::", vec!["b::c".to_owned(), "b::d".to_owned()])
        );
    }

    #[test]
    fn a_header_that_lacks_something_is_refused() {
        for (from, to) in [("Something is skipped.", ""), ("run: cargo nextest", "run: make"), ("caught by: ", "")] {
            assert!(header(&GOOD.replace(from, to)).is_err(), "{from}");
        }
        assert!(header(&format!("--- a\n{GOOD}")).is_err(), "what stands below is no header");
    }
}
