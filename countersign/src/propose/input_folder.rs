use std::path::{Path, PathBuf};
use std::{fs, io};

use super::crm_export::{self, Export, Files, UnusableExport};
use super::{Reading, inquiries};

/// Inquiries of a folder, when it has some.
const INQUIRIES: &str = "inquiries.jsonl";

/// Why nothing of a folder is used.
#[derive(Debug, thiserror::Error)]
pub enum UnusableFolder {
    /// Its export is unusable.
    #[error("the CRM export in `{}` cannot be used", folder.display())]
    Export {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: UnusableExport,
    },
    /// Its inquiries cannot be read.
    #[error("`{}` is there and cannot be read; make it readable, as UTF-8, or take it away", file.display())]
    Inquiries {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Reads a folder: a CRM export, and `inquiries.jsonl` when it is there.
///
/// # Errors
/// Names the file that is missing or has not the columns of its kind; a broken row is no error, it is in the reading.
pub fn read_folder(folder: &Path, seed: u64) -> Result<Reading, UnusableFolder> {
    let unusable = |source| UnusableFolder::Export { folder: folder.to_owned(), source };
    let files = Files::read(folder).map_err(|(file, source)| unusable(UnusableExport::File { file, source }))?;
    let file = folder.join(INQUIRIES);
    let inquiries = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(UnusableFolder::Inquiries { file, source }),
    };
    read_input(&files, &inquiries, seed).map_err(unusable)
}

/// Reads an export and the inquiries that are matched against its accounts.
pub(super) fn read_input(files: &Files<'_>, inquiries: &str, seed: u64) -> Result<Reading, UnusableExport> {
    let mut broken = Vec::new();
    let export = Export::read(files, &mut broken)?;
    let mut items = crm_export::propose(&export, seed);
    items.extend(inquiries::propose(INQUIRIES, inquiries, &export, seed, &mut broken));
    Ok(Reading { items, records: export.records().collect(), broken })
}
