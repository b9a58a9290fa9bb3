use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use super::Error;

/// Writes a file that only this user may read (mode 0600), whole or not at all.
///
/// The bytes go to `<name>.new` beside it, are synced, take the name by a rename, and the folder is synced. A crash before
/// the rename leaves the old file, or none, and a `.new` that the next write replaces; a crash after it, the new file.
///
/// # Errors
/// [`Error::Io`] naming the file.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_whole(path, bytes).map_err(Error::io(path))
}

/// Reads a file that [`write_secret`] wrote; none when it was never written.
///
/// # Errors
/// [`Error::Io`] naming the file when it is there and can not be read.
pub fn read_secret(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::io(path)(source)),
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let beside = Path::new(&name);

    // Removed first: an old leftover would keep its own mode.
    match fs::remove_file(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(beside, path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_is_private_and_replaces_the_one_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("admin.token");
        assert_eq!(read_secret(&path).expect("readable"), None);

        fs::write(&path, "open to all").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("its owner may");
        fs::write(folder.path().join("admin.token.new"), "a leftover").expect("written");
        write_secret(&path, b"first").expect("written");
        write_secret(&path, b"second").expect("written again");

        assert_eq!(read_secret(&path).expect("readable"), Some(b"second".to_vec()));
        let mode = fs::metadata(&path).expect("it exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn a_secret_without_a_folder_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = write_secret(&folder.path().join("none").join("key"), b"k").expect_err("no folder");
        assert!(refused.to_string().contains("none/key` can not be used"), "{refused}");
    }
}
