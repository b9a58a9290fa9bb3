use std::fs;
use std::io;
use std::path::Path;

use service_kit::data_dir::{self, DataDir, DataDirLock};

/// The data folder, taken by this process alone.
#[derive(Debug)]
pub struct Folder {
    data_dir: DataDir,
    _lock: DataDirLock,
}

/// Why the folder was not taken.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process has it.
    #[error("the data folder is locked by another process")]
    InUse,
    /// It cannot be made or opened.
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl Folder {
    /// Takes the folder; makes it where it is missing.
    ///
    /// # Errors
    /// See [`FolderError`].
    pub fn take(folder: &Path) -> Result<Self, FolderError> {
        let data_dir = DataDir::open(folder).map_err(anyhow::Error::from)?;
        let lock = data_dir.lock().map_err(|error| match error {
            data_dir::Error::InUse { .. } => FolderError::InUse,
            data_dir::Error::Io { .. } => FolderError::Other(error.into()),
        })?;
        let folder = Self { data_dir, _lock: lock };
        // A server that was killed has left its address; whoever finds the lock taken must not call there.
        folder.forget_address()?;
        Ok(folder)
    }

    /// Removes the address of a server that does not listen any more.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn forget_address(&self) -> anyhow::Result<()> {
        match fs::remove_file(self.data_dir.server_address()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Returns the places in it.
    pub const fn data_dir(&self) -> &DataDir {
        &self.data_dir
    }
}
