//! Files that are there whole or not at all, and that only this user may read.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::error::Error;

/// What a file's name ends with while it is written.
pub(super) const DRAFT_SUFFIX: &str = ".new";

const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// Writes a file (mode 0600) under its name only once all of it is on the disk.
///
/// The bytes go to `<name>.new`, are synced, and take the name by a rename; then the folder is synced. A crash before the
/// rename leaves the file of before, or none, and a `.new` that the next write replaces; a crash after it, the new file.
///
/// # Errors
///
/// What the operating system says.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(DRAFT_SUFFIX);
    let beside = Path::new(&beside);

    // Removed first: an old leftover would keep its own mode, and a link would lead elsewhere.
    match fs::remove_file(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(beside, path)?;
    File::open(folder)?.sync_all()
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
