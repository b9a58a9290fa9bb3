//! Reads a catalogue from a folder: the one file here that touches the disk.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::Catalogue;
use crate::keyed_toml::KeyError;

/// Why a folder is no catalogue.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file stands in its place.
    #[error("`{}` is a file, and a catalogue is a folder: put each action type into a file of its own in a folder of that name", path.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
    },
    /// A file would be passed over, because of nothing but the letter case of its ending.
    #[error("`{}` would be passed over: write its ending in lower case, as `.toml`", path.display())]
    LetterCase {
        /// The file.
        path: PathBuf,
    },
    /// The folder or a file in it cannot be read.
    #[error("`{}` cannot be read: check that it exists and may be read", path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file says something wrong.
    #[error("the action catalogue is not usable: correct the file")]
    Wrong(#[from] KeyError),
    /// There is nothing in it.
    #[error("`{}` holds no `.toml` file: add an action type, or leave the folder out to use the built-in ones", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

impl Catalogue {
    /// Reads every `.toml` file of a folder.
    ///
    /// # Errors
    ///
    /// [`FolderError`] when it is no folder, the folder or a file cannot be read, a file says something wrong or would be passed over, or there
    /// is none.
    pub fn from_dir(folder: &Path) -> Result<Self, FolderError> {
        let mut texts = Vec::new();
        for path in toml_files(folder)? {
            let text = fs::read_to_string(&path).map_err(unreadable(&path))?;
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            texts.push((name, text));
        }
        if texts.is_empty() {
            return Err(FolderError::Empty { path: folder.to_owned() });
        }
        Ok(Self::from_files(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())))?)
    }
}

/// Sorted, so that of several wrong files the same one is named each time.
fn toml_files(folder: &Path) -> Result<Vec<PathBuf>, FolderError> {
    if folder.is_file() {
        return Err(FolderError::NoFolder { path: folder.to_owned() });
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
            paths.push(path);
        }
    }
    paths.sort();
    match paths.iter().find(|path| path.extension().is_some_and(|extension| extension != "toml")) {
        Some(path) => Err(FolderError::LetterCase { path: path.clone() }),
        None => Ok(paths),
    }
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    move |source| FolderError::Unreadable { path: path.to_owned(), source }
}
