use std::{
    fs,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use super::{DataDirLock, Error};

/// The data folder and the place of everything in it.
///
/// ```text
/// candidates.db  ledger.db  content-keys.db  fence.db  sandbox.db  tokens.db
/// keys/          signing and pseudonym keys, one file each, mode 0600
/// export/        verified exports
/// report/        reports made from them
/// admin.token    the first admin's bearer token, mode 0600
/// server.address where the server that holds the lock listens
/// access.cedar   the access policy, where it is not the shipped one
/// lock           locked by the one process that works in the folder
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDir {
    folder: PathBuf,
}

impl DataDir {
    /// Opens the folder; makes it and its parts with mode 0700 where they are missing.
    ///
    /// An existing folder that others can enter is closed to them: it holds keys and personal data.
    ///
    /// # Errors
    /// [`Error::Io`] naming the folder that can not be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, Error> {
        let data_dir = Self { folder: folder.into() };
        let private = fs::Permissions::from_mode(0o700);
        for part in [data_dir.folder.clone(), data_dir.keys(), data_dir.export(), data_dir.report()] {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&part)
                .and_then(|()| fs::set_permissions(&part, private.clone()))
                .map_err(Error::io(&part))?;
        }
        Ok(data_dir)
    }

    /// Takes the folder for this process, until the lock is dropped or the process ends in whatever way.
    ///
    /// # Errors
    /// [`Error::InUse`] when another holder has it, [`Error::Io`] when the lock file can not be made.
    pub fn lock(&self) -> Result<DataDirLock, Error> {
        DataDirLock::take(self)
    }

    /// Returns the folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the database of candidates, their events and triggers.
    pub fn candidates_db(&self) -> PathBuf {
        self.folder.join("candidates.db")
    }

    /// Returns the database of ledger entries.
    pub fn ledger_db(&self) -> PathBuf {
        self.folder.join("ledger.db")
    }

    /// Returns the store of the keys that the contents of ledger entries are sealed under.
    pub fn content_keys_db(&self) -> PathBuf {
        self.folder.join("content-keys.db")
    }

    /// Returns the fence store, which remembers the last signed checkpoint apart from the ledger.
    pub fn fence_db(&self) -> PathBuf {
        self.folder.join("fence.db")
    }

    /// Returns the database of the sandbox connector.
    pub fn sandbox_db(&self) -> PathBuf {
        self.folder.join("sandbox.db")
    }

    /// Returns the database of tokens.
    pub fn tokens_db(&self) -> PathBuf {
        self.folder.join("tokens.db")
    }

    /// Returns the folder of keys.
    pub fn keys(&self) -> PathBuf {
        self.folder.join("keys")
    }

    /// Returns the folder of exports.
    pub fn export(&self) -> PathBuf {
        self.folder.join("export")
    }

    /// Returns the folder of reports.
    pub fn report(&self) -> PathBuf {
        self.folder.join("report")
    }

    /// Returns the file of the access policy that replaces the shipped one, where there is one.
    pub fn access_policy(&self) -> PathBuf {
        self.folder.join("access.cedar")
    }

    /// Returns the file with the first admin's bearer token.
    pub fn admin_token(&self) -> PathBuf {
        self.folder.join("admin.token")
    }

    /// Returns the file in which a running server names its address.
    pub fn server_address(&self) -> PathBuf {
        self.folder.join("server.address")
    }

    /// Returns the lock file.
    pub fn lock_file(&self) -> PathBuf {
        self.folder.join("lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode_of(path: &Path) -> u32 {
        fs::metadata(path).expect("it exists").permissions().mode() & 0o777
    }

    #[test]
    fn a_new_folder_and_its_parts_are_private() {
        let parent = tempfile::tempdir().expect("a folder");
        let data_dir = DataDir::open(parent.path().join("deep").join("data")).expect("made");
        for part in [data_dir.folder().to_owned(), data_dir.keys(), data_dir.export(), data_dir.report()] {
            assert_eq!(mode_of(&part), 0o700, "{}", part.display());
        }
    }

    #[test]
    fn an_existing_open_folder_is_closed_to_others() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("its owner may");
        DataDir::open(folder.path()).expect("opened");
        assert_eq!(mode_of(folder.path()), 0o700);
    }

    #[test]
    fn a_folder_below_a_file_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "").expect("written");
        let refused = DataDir::open(file.join("data")).expect_err("no folder below a file");
        assert!(refused.to_string().contains("file/data` can not be used"), "{refused}");
    }
}
