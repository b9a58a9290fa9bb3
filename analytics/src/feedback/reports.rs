//! The folder of reports: `{report folder}/{workspace}/{report id}/`.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use countersign_api::name::{ReportName, Workspace};

use super::made::Made;
use crate::export::{make_folder, write_file};
use crate::report::{JSON_FILE, MARKDOWN_FILE};

const MADE_FILE: &str = "made.json";

/// Keeps reports. A report's folder has its name only once everything in it is written.
#[derive(Debug, Clone)]
pub(crate) struct Reports {
    folder: PathBuf,
}

/// A report as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct StoredReport {
    /// What it was made from.
    pub made: Made,
    /// Where it lies.
    pub folder: PathBuf,
    /// Content of `report.json`.
    pub json: String,
    /// Content of `report.md`.
    pub markdown: String,
}

/// Why the folder of reports cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReportsError {
    /// A file cannot be read or written.
    #[error("`{}` can not be used: check that it exists, has room and belongs to this user", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// What is noted beside a report is not of this release, or of another report.
    #[error("`{}` is not the note of this report: remove the report's folder and make the report again", path.display())]
    NoteMalformed {
        /// The file.
        path: PathBuf,
    },
}

impl Reports {
    /// Opens a folder of reports; it is made when the first one is put there.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Reads a report; none when it was never made.
    pub(crate) fn read(&self, name: &ReportName) -> Result<Option<StoredReport>, ReportsError> {
        let folder = self.folder_of(name);
        let Some(made) = read_note(&folder)? else { return Ok(None) };
        if !made.is_of(name) {
            return Err(ReportsError::NoteMalformed { path: folder.join(MADE_FILE) });
        }
        let text = |file: &str| fs::read_to_string(folder.join(file)).map_err(failed(&folder.join(file)));
        Ok(Some(StoredReport { made, json: text(JSON_FILE)?, markdown: text(MARKDOWN_FILE)?, folder }))
    }

    /// Tells whether a report was made.
    pub(crate) fn has(&self, name: &ReportName) -> Result<bool, ReportsError> {
        Ok(read_note(&self.folder_of(name))?.is_some_and(|made| made.is_of(name)))
    }

    /// Lists what is noted about the reports of a workspace, newest first.
    pub(crate) fn list(&self, workspace: &Workspace) -> Result<Vec<(ReportName, Made)>, ReportsError> {
        let folder = self.folder.join(workspace.id());
        let items = match fs::read_dir(&folder) {
            Ok(items) => items,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(&folder)(error)),
        };
        let mut reports = Vec::new();
        for item in items {
            let item = item.map_err(failed(&folder))?;
            // What is no report's id is a report in the making, or not ours.
            let id = item.file_name().to_string_lossy().into_owned();
            let Ok(name) = ReportName::from_str(&format!("{workspace}/reports/{id}")) else { continue };
            if let Some(made) = read_note(&item.path())? {
                reports.push((name, made));
            }
        }
        reports.sort_by(|(_, a), (_, b)| a.order().cmp(&b.order()));
        Ok(reports)
    }

    /// Makes an empty folder to write a report into; what an interrupted run left there is removed.
    pub(crate) fn begin(&self, name: &ReportName) -> Result<PathBuf, ReportsError> {
        let folder = self.draft_of(name);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&folder)(error)),
            Ok(()) | Err(_) => {}
        }
        make_folder(&folder).map_err(failed(&folder))?;
        Ok(folder)
    }

    /// Puts a written report in its place.
    ///
    /// A crash before the rename leaves a folder that the next run of the same request removes; one after it, the report.
    pub(crate) fn put(&self, name: &ReportName, made: &Made) -> Result<(), ReportsError> {
        let (draft, folder) = (self.draft_of(name), self.folder_of(name));
        let note = serde_json::to_vec(made).expect("invariant: a note has text keys only");
        write_file(&draft.join(MADE_FILE), &note).map_err(failed(&draft))?;
        fs::rename(&draft, &folder).map_err(failed(&folder))?;
        let parent = self.folder.join(name.workspace.id());
        File::open(&parent).and_then(|parent| parent.sync_all()).map_err(failed(&parent))
    }

    fn folder_of(&self, name: &ReportName) -> PathBuf {
        self.folder.join(name.workspace.id()).join(name.id.to_string())
    }

    fn draft_of(&self, name: &ReportName) -> PathBuf {
        self.folder.join(name.workspace.id()).join(format!("{}.new", name.id))
    }
}

fn read_note(folder: &Path) -> Result<Option<Made>, ReportsError> {
    let path = folder.join(MADE_FILE);
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| ReportsError::NoteMalformed { path }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(&path)(error)),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ReportsError {
    let path = path.to_owned();
    move |source| ReportsError::File { path, source }
}
