use std::{io, path::PathBuf};

/// Why the data folder can not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder can not be made, read or written.
    #[error("`{path}` can not be used; check that it exists, has room and belongs to this user", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Another process works in the folder.
    #[error("`{folder}` is in use by another process; connect to that server, or stop it", folder = folder.display())]
    InUse {
        /// The data folder.
        folder: PathBuf,
    },
}

impl Error {
    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
