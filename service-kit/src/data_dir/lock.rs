use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
};

use super::{DataDir, Error};

/// Proof that this process alone works in the data folder; given back when dropped.
///
/// The operating system gives it back as well when the process dies, so no lock outlives its holder.
#[derive(Debug)]
#[must_use = "the folder is free again as soon as this is dropped"]
pub struct DataDirLock {
    _file: File,
}

impl DataDirLock {
    pub(super) fn take(data_dir: &DataDir) -> Result<Self, Error> {
        let path = data_dir.lock_file();
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(Error::io(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse { folder: data_dir.folder().to_owned() }),
            Err(TryLockError::Error(source)) => Err(Error::Io { path, source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_taken_once_and_free_again_afterwards() {
        let folder = tempfile::tempdir().expect("a folder");
        let data_dir = DataDir::open(folder.path()).expect("opened");
        let lock = data_dir.lock().expect("free");

        let refused = data_dir.lock().expect_err("taken");
        assert!(matches!(refused, Error::InUse { .. }));
        assert!(refused.to_string().contains("is in use by another process"), "{refused}");

        drop(lock);
        let _again = data_dir.lock().expect("free again");
    }
}
