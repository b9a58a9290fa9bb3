use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use crate::account;

/// A disk that is soon full: a file system in memory, mounted for a test. Dropping it, also in a panic, unmounts it; whatever server has its
/// data there must have ended.
#[derive(Debug)]
pub struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// Mounts it, for the account that servers run as.
    ///
    /// # Panics
    /// When it can not be mounted, which takes root: what is not tried is not passed.
    pub fn of_bytes(size: u64) -> Self {
        let folder = tempfile::Builder::new().prefix("pg-disk-").tempdir().expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(folder.path());
        let mounted = mount.output().expect("util-linux is installed");
        assert!(
            mounted.status.success(),
            "A FULL DISK IS NOT TRIED: no small disk can be mounted here ({}); run the tests as root, in a container that may mount",
            String::from_utf8_lossy(&mounted.stderr).trim()
        );
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("its owner may");
        let disk = Self { folder };
        fs::create_dir(disk.path()).expect("made");
        fs::set_permissions(disk.path(), fs::Permissions::from_mode(0o700)).expect("its owner may");
        account::give(&disk.path());
        disk
    }

    /// Returns a folder on it that servers own.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("space")
    }

    /// Takes all that is left of it.
    ///
    /// # Panics
    /// When that fails for another reason than that nothing is left.
    pub fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("made");
        let block = [0; 4_096];
        loop {
            match ballast.write_all(&block) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return,
                Err(error) => panic!("the disk does not fill: {error}"),
            }
        }
    }

    /// Gives back what [`SmallDisk::fill`] took.
    ///
    /// # Panics
    /// When it was not filled.
    pub fn make_room(&self) {
        fs::remove_file(self.ballast()).expect("it was filled");
    }

    fn ballast(&self) -> PathBuf {
        Path::join(self.folder.path(), "ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: what a server that was killed leaves open goes with it.
        let _ = Command::new("umount").arg("--lazy").arg(self.folder.path()).output();
    }
}
