use std::{fs, path::Path};

use ledger_format::{VerifyingKey, VerifyingKeys};
use service_kit::{
    data_dir::{read_secret, write_secret},
    ids::Ids,
};

use super::{
    KeyError, OLD_EXTENSION, draw_seed, io_error, keep_public, key_of, load_or_create, load_seed, load_verifying,
};

/// A rotation that has begun: both keys sign until [`end_overlap`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// The key that was drawn.
    pub new: VerifyingKey,
    /// The key before it.
    pub old: VerifyingKey,
    /// What whoever verifies is to pin from now on: every key of the log, the newest first.
    pub listed: VerifyingKeys,
}

/// Why a key was not rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// There is no key to take the place of.
    #[error("there is no signing key yet; start the service once, which draws it")]
    NoKey,
    /// The overlap before this one lasts.
    #[error(
        "the key before this one still signs; end its overlap with `--end` first, once everybody has pinned the present key"
    )]
    Overlapping,
    /// There is no overlap to end.
    #[error("one key signs alone; there is no overlap to end")]
    NoOverlap,
    /// A key file can not be read or written, or is malformed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Draws a new key, and lets the one before sign beside it.
///
/// First the old key is kept, then the new one put in its place, then both are listed. A crash after the first leaves the old key signing
/// alone, one after the second leaves both signing; the next start, or the next rotation, goes on from there.
///
/// # Errors
/// See [`RotationError`].
pub fn rotate(path: &Path, name: &str, ids: &dyn Ids) -> Result<Rotated, RotationError> {
    let old_path = path.with_extension(OLD_EXTENSION);
    let seed = load_seed(path)?.ok_or(RotationError::NoKey)?;
    if load_seed(&old_path)?.is_some_and(|old| old != seed) {
        return Err(RotationError::Overlapping);
    }
    // Files that do not belong together are refused before anything is changed.
    let old = load_or_create(path, name, ids)?.verifying_key().clone();
    let text = read_secret(path).map_err(KeyError::File)?.ok_or(RotationError::NoKey)?;
    write_secret(&old_path, &text).map_err(KeyError::File)?;
    let new = key_of(name, &draw_seed(path, ids)?)?.verifying_key().clone();
    let listed = keep_public(&path.with_extension(super::PUBLIC_EXTENSION), &new, Some(&old))?;
    Ok(Rotated { new, old, listed })
}

/// Ends the overlap: the older key is destroyed, the newer one signs alone. Returns the key that signs no more.
///
/// # Errors
/// See [`RotationError`].
pub fn end_overlap(path: &Path, name: &str) -> Result<VerifyingKey, RotationError> {
    let old_path = path.with_extension(OLD_EXTENSION);
    let old = load_seed(&old_path)?.ok_or(RotationError::NoOverlap)?;
    let old = key_of(name, &old)?.verifying_key().clone();
    let is_newest = load_verifying(path)?.is_some_and(|listed| *listed.newest() == old);
    if is_newest {
        // Cut off before the new key was listed: nobody has pinned it yet.
        return Err(RotationError::NoOverlap);
    }
    fs::remove_file(&old_path).map_err(io_error(&old_path))?;
    Ok(old)
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use service_kit::ids::SeededIds;

    use super::*;
    use crate::keys::load_or_create;

    const NAME: &str = "countersign.local";

    fn signing(path: &Path) -> Vec<VerifyingKey> {
        load_or_create(path, NAME, &SeededIds::new(9)).expect("loaded").signing_keys().cloned().collect()
    }

    #[test]
    fn both_keys_sign_until_the_overlap_ends_and_all_stay_listed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.key");
        assert!(matches!(rotate(&path, NAME, &SeededIds::new(1)), Err(RotationError::NoKey)));
        let first = load_or_create(&path, NAME, &SeededIds::new(1)).expect("drawn").verifying_key().clone();
        assert!(matches!(end_overlap(&path, NAME), Err(RotationError::NoOverlap)));

        let Rotated { new, old, listed } = rotate(&path, NAME, &SeededIds::new(2)).expect("rotated");
        assert_eq!(old, first);
        assert_ne!(new, old);
        assert_eq!(signing(&path), [new.clone(), old.clone()]);
        assert_eq!(listed.iter().collect::<Vec<_>>(), [&new, &old]);
        assert!(matches!(rotate(&path, NAME, &SeededIds::new(3)), Err(RotationError::Overlapping)));

        assert_eq!(end_overlap(&path, NAME).expect("ended"), old);
        assert_eq!(signing(&path), from_ref(&new));
        let second = rotate(&path, NAME, &SeededIds::new(3)).expect("rotated again");
        assert_eq!(load_verifying(&path).expect("read"), Some(second.listed.clone()));
        assert_eq!(second.listed.iter().collect::<Vec<_>>(), [&second.new, &new, &old]);
    }

    #[test]
    fn a_rotation_that_was_cut_off_goes_on_at_the_next_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.key");
        let old_path = path.with_extension(OLD_EXTENSION);
        let first = load_or_create(&path, NAME, &SeededIds::new(1)).expect("drawn").verifying_key().clone();

        fs::copy(&path, &old_path).expect("the first step");
        assert_eq!(signing(&path), from_ref(&first), "the old key signs alone");
        let second = key_of(NAME, &draw_seed(&path, &SeededIds::new(2)).expect("the second step")).expect("a key");
        let second = second.verifying_key().clone();
        assert!(matches!(end_overlap(&path, NAME), Err(RotationError::NoOverlap)), "nobody has the new key yet");
        assert_eq!(signing(&path), [second.clone(), first.clone()], "both sign, and both are listed");
        let listed = load_verifying(&path).expect("read").expect("there");
        assert_eq!(listed.iter().collect::<Vec<_>>(), [&second, &first]);
    }
}
