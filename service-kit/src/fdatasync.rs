//! How long the device takes to make a write last: the figure that every durable rate is read beside.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
    time::{Duration, Instant},
};

/// Bytes appended before each sync: one database page.
const WRITE_BYTES: usize = 4_096;

/// What `fdatasync` cost in one folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncTimes {
    /// Half of the syncs were no slower, in microseconds.
    pub p50_micros: u64,
    /// 99 of 100 syncs were no slower, in microseconds.
    pub p99_micros: u64,
}

/// Appends 4 KiB and calls `fdatasync`, `times` times, on a file in `folder` that is gone afterwards.
///
/// Blocks for as long as it takes.
///
/// # Errors
/// When the folder can not be written to.
///
/// # Panics
/// When `times` is 0.
pub fn measure(folder: &Path, times: usize) -> io::Result<SyncTimes> {
    assert!(times > 0, "a measurement needs at least one sync");
    let mut scratch = Scratch::create(folder)?;
    let page = [0xA5; WRITE_BYTES];
    let mut taken = Vec::with_capacity(times);
    for _ in 0..times {
        let started = Instant::now();
        scratch.file.write_all(&page)?;
        scratch.file.sync_data()?;
        taken.push(started.elapsed());
    }
    taken.sort_unstable();
    Ok(SyncTimes { p50_micros: percentile_micros(&taken, 50), p99_micros: percentile_micros(&taken, 99) })
}

/// Takes the nearest rank of times in ascending order.
fn percentile_micros(ascending: &[Duration], percent: usize) -> u64 {
    let rank = (ascending.len() * percent).div_ceil(100).max(1);
    u64::try_from(ascending[rank - 1].as_micros()).unwrap_or(u64::MAX)
}

struct Scratch {
    file: File,
    path: PathBuf,
}

impl Scratch {
    fn create(folder: &Path) -> io::Result<Self> {
        let path = folder.join(format!(".fdatasync.{}", process::id()));
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&path)?;
        Ok(Self { file, path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind after a failure here is an empty promise of a few pages, overwritten by the next process of this id.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let times: Vec<_> = (1..=200).map(Duration::from_micros).collect();
        assert_eq!(percentile_micros(&times, 50), 100);
        assert_eq!(percentile_micros(&times, 99), 198);
        assert_eq!(percentile_micros(&times[..1], 50), 1);
        assert_eq!(percentile_micros(&times[..1], 99), 1);
    }

    #[test]
    fn a_measurement_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let times = measure(folder.path(), 20).expect("measured");
        assert!(0 < times.p99_micros && times.p50_micros <= times.p99_micros);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(measure(&folder.path().join("none"), 1).is_err());
    }
}
