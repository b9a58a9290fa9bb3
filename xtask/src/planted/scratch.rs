//! A copy of the tree to plant bugs in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// A copy of the tree under `target/planted`, beside the build that belongs to it. Both stay from run to run, so that only what changed is
/// built again. Whatever a run that was ended leaves there, the next one begins by restoring it.
pub struct Scratch {
    root: PathBuf,
    tree: PathBuf,
    build: PathBuf,
}

impl Scratch {
    /// Names the copy of this tree.
    pub fn new(root: &Path) -> Self {
        let folder = root.join("target/planted");
        Self { root: root.to_owned(), tree: folder.join("tree"), build: folder.join("build") }
    }

    /// Returns the copy's root.
    pub fn tree(&self) -> &Path {
        &self.tree
    }

    /// Returns the folder that holds what is built from it.
    pub fn build(&self) -> &Path {
        &self.build
    }

    /// Makes the copy equal to the tree again. What is equal already stays untouched, and so does its build.
    pub fn restore(&self) -> anyhow::Result<()> {
        mirror(&self.root, &self.tree)
    }
}

fn mirror(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    let mut kept = BTreeSet::new();
    for item in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let item = item?;
        let (name, source) = (item.file_name(), item.path());
        if is_left_out(&name.to_string_lossy()) {
            continue;
        }
        let copy = to.join(&name);
        kept.insert(name);
        if item.file_type()?.is_dir() {
            mirror(&source, &copy)?;
        } else if !is_equal(&source, &copy)? {
            fs::copy(&source, &copy).with_context(|| format!("cannot copy {}", source.display()))?;
        }
    }
    for item in fs::read_dir(to)? {
        let item = item?;
        if !kept.contains(&item.file_name()) {
            let gone =
                if item.file_type()?.is_dir() { fs::remove_dir_all(item.path()) } else { fs::remove_file(item.path()) };
            gone.with_context(|| format!("cannot remove {}", item.path().display()))?;
        }
    }
    Ok(())
}

/// What no test reads and no build needs.
fn is_left_out(name: &str) -> bool {
    matches!(name, "target" | ".git" | ".venv" | "countersign-data" | "__pycache__")
}

fn is_equal(source: &Path, copy: &Path) -> anyhow::Result<bool> {
    if !copy.exists() {
        return Ok(false);
    }
    let same_length = fs::metadata(source)?.len() == fs::metadata(copy)?.len();
    Ok(same_length && fs::read(source)? == fs::read(copy)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_made_equal_and_what_is_equal_stays_untouched() {
        let folder = std::env::temp_dir().join(format!("countersign-scratch-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        for (path, text) in [("a/kept.rs", "same"), ("a/changed.rs", "good"), ("target/x", "x"), (".git/x", "x")] {
            fs::create_dir_all(from.join(path).parent().expect("a folder")).expect("a folder");
            fs::write(from.join(path), text).expect("a file");
        }
        mirror(&from, &to).expect("a copy");
        let written_at = |path: &str| fs::metadata(to.join(path)).and_then(|file| file.modified()).expect("a time");
        let before = written_at("a/kept.rs");
        fs::write(to.join("a/changed.rs"), "baad").expect("a bug");
        fs::write(to.join("a/added.rs"), "more").expect("a file");
        mirror(&from, &to).expect("a copy");
        assert_eq!(fs::read_to_string(to.join("a/changed.rs")).expect("a file"), "good");
        assert_eq!(written_at("a/kept.rs"), before);
        assert!(!to.join("a/added.rs").exists() && !to.join("target").exists() && !to.join(".git").exists());
        fs::remove_dir_all(&folder).expect("removed");
    }
}
