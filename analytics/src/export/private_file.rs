//! Files that are there whole or not at all, and that only this user may read.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use ledger_format::Hash;

use super::error::Error;

/// What a file's name ends with while it is written.
pub(super) const DRAFT_SUFFIX: &str = ".new";

const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// Bytes of a file that are hashed at a time.
const CHUNK_BYTES: usize = 256 * 1024;

/// Writes a file (mode 0600) under its name only once all of it is on the disk, as [`Draft`] does.
///
/// # Errors
///
/// What the operating system says.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = Draft::create(path)?;
    draft.write_all(bytes)?;
    draft.commit().map(drop)
}

/// A file (mode 0600) while it is written, hashed on the way; it takes its name once all of it is on the disk.
///
/// The bytes go to `<name>.new`, are synced, and take the name by a rename; then the folder is synced. A crash before the
/// rename leaves the file of before, or none, and a `.new` that the next write replaces; a crash after it, the new file.
pub(crate) struct Draft {
    path: PathBuf,
    beside: PathBuf,
    file: File,
    hash: Context,
    bytes: u64,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    /// SHA-256 of the file.
    pub sha256: Hash,
    /// Its length.
    pub bytes: u64,
}

impl Draft {
    /// Starts the file.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(DRAFT_SUFFIX);
        let beside = PathBuf::from(beside);
        // Removed first: an old leftover would keep its own mode, and a link would lead elsewhere.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&beside)?;
        Ok(Self { path: path.to_owned(), beside, file, hash: Context::new(&SHA256), bytes: 0 })
    }

    /// Gives the file its name.
    pub(crate) fn commit(self) -> io::Result<Written> {
        let folder = self.path.parent().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        // A bare name lies in the folder that the process works in.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        self.file.sync_all()?;
        fs::rename(&self.beside, &self.path)?;
        File::open(folder)?.sync_all()?;
        Ok(Written { sha256: finish(self.hash), bytes: self.bytes })
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Hashes a file without holding it; none when it is not there.
pub(super) fn hash_file(path: &Path) -> Result<Option<Written>, Error> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::file(path)(error)),
    };
    let mut hash = Context::new(&SHA256);
    let (mut chunk, mut bytes) = (vec![0; CHUNK_BYTES], 0);
    loop {
        let read = file.read(&mut chunk).map_err(Error::file(path))?;
        if read == 0 {
            return Ok(Some(Written { sha256: finish(hash), bytes }));
        }
        hash.update(&chunk[..read]);
        bytes += read as u64;
    }
}

fn finish(hash: Context) -> Hash {
    Hash::try_from(hash.finish().as_ref()).expect("invariant: SHA-256 gives 32 bytes")
}

/// Makes a folder and those above it, mode 0700, where they are missing. One that is there keeps its mode.
///
/// # Errors
///
/// What the operating system says.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path)
}

/// Reads a whole file; none when it is not there.
pub(super) fn read_file(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file(path)(error)),
    }
}

/// Removes a file if it is there.
pub(super) fn remove_file(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::file(path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode_of(path: &Path) -> u32 {
        fs::metadata(path).expect("it exists").permissions().mode() & 0o777
    }

    #[test]
    fn new_files_and_folders_are_private_and_a_folder_of_before_keeps_its_mode() {
        let outer = tempfile::tempdir().expect("a folder");
        fs::set_permissions(outer.path(), fs::Permissions::from_mode(0o755)).expect("its owner may");
        let folder = outer.path().join("a").join("b");
        make_folder(&folder).expect("made");
        let file = folder.join("manifest.json");
        write_file(&file, b"{}").expect("written");
        assert_eq!((mode_of(&file), mode_of(&folder), mode_of(&outer.path().join("a"))), (0o600, 0o700, 0o700));
        assert_eq!(mode_of(outer.path()), 0o755);
    }

    #[test]
    fn a_file_that_others_could_read_is_replaced_by_a_private_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("report.json");
        for open in [file.clone(), folder.path().join("report.json.new")] {
            fs::write(&open, "old").expect("written");
            fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).expect("its owner may");
        }
        write_file(&file, b"new").expect("written");
        assert_eq!((mode_of(&file), fs::read(&file).expect("read")), (0o600, b"new".to_vec()));
    }

    #[test]
    fn a_link_beside_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = folder.path().join("kept");
        fs::write(&kept, "kept").expect("written");
        symlink(&kept, folder.path().join("a.new")).expect("linked");
        write_file(&folder.path().join("a"), b"new").expect("written");
        assert_eq!(fs::read(&kept).expect("read"), b"kept");
    }
}
