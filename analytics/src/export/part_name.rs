//! What the files of parts are named, and which of them lie in a folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::manifest::Part;

const SUFFIX: &str = ".parquet";

/// The two files of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Leaves and typed columns.
    Parts,
    /// Contents as the ledger keeps them: sealed.
    Contents,
}

impl Family {
    const BOTH: [Self; 2] = [Self::Parts, Self::Contents];

    const fn prefix(self) -> &'static str {
        match self {
            Self::Parts => "part-",
            Self::Contents => "contents-",
        }
    }

    /// Returns the file name of the `number`th part, from 0.
    pub(super) fn name_of(self, number: usize) -> String {
        format!("{}{number:06}{SUFFIX}", self.prefix())
    }
}

/// Tells whether a file of this name would be read as one of a part's.
pub(super) fn is_part_name(name: &str) -> bool {
    name.ends_with(SUFFIX) && Family::BOTH.iter().any(|family| name.starts_with(family.prefix()))
}

/// Lists the names of parts' files that are in a folder, sorted.
pub(super) fn part_names(folder: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for item in fs::read_dir(folder).map_err(Error::file(folder))? {
        let name = item.map_err(Error::file(folder))?.file_name().to_string_lossy().into_owned();
        if is_part_name(&name) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Lists the parts' files in a folder that are of none of these parts.
pub(super) fn strays(folder: &Path, parts: &[Part]) -> Result<Vec<PathBuf>, Error> {
    let named: BTreeSet<&str> = parts.iter().flat_map(Part::files).collect();
    let strays = part_names(folder)?.into_iter().filter(|name| !named.contains(name.as_str()));
    Ok(strays.map(|name| folder.join(name)).collect())
}
