//! The audit sample: which candidates under a standing approval go to a person all the same.

use std::{fmt, path::Path};

use aws_lc_rs::hmac;
use service_kit::{
    data_dir::{self, read_secret, write_secret},
    ids::Ids,
};
use uuid::Uuid;

const TAG: &[u8] = b"countersign/audit-sample/v1\n";

/// Draws candidates by a keyed hash of their id: HMAC-SHA256, whose first 64 bits are below the wanted part of all there are.
///
/// Ids are the server's and the key never leaves it: nobody outside can tell before whether a candidate will be drawn, and whoever has
/// the key can show afterwards that it had to be.
#[derive(Clone)]
pub struct AuditSample {
    key: hmac::Key,
}

/// Why the key of the audit sample can not be used.
#[derive(Debug, thiserror::Error)]
pub enum AuditKeyError {
    /// The file can not be read or written.
    #[error("the key of the audit sample can not be kept")]
    File(#[from] data_dir::Error),
    /// The file does not hold a key.
    #[error(
        "the key file of the audit sample holds `{0}` bytes instead of 32; restore it from a backup, or remove it and a new one is drawn"
    )]
    Length(usize),
}

impl AuditSample {
    /// Reads the key from `file`, or draws one and keeps it there, mode 0600, before it is used.
    ///
    /// # Errors
    /// [`AuditKeyError`], naming the reason.
    pub fn open(file: &Path, ids: &dyn Ids) -> Result<Self, AuditKeyError> {
        let key = if let Some(bytes) = read_secret(file)? {
            <[u8; 32]>::try_from(bytes).map_err(|bytes| AuditKeyError::Length(bytes.len()))?
        } else {
            let key = ids.random_32();
            write_secret(file, &key)?;
            key
        };
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA256, &key) })
    }

    /// Tells whether a candidate is drawn when so many of 1,000 are to be. Always the same answer; who is drawn at some rate is drawn at
    /// every higher one.
    pub fn draws(&self, candidate: Uuid, per_mille: u32) -> bool {
        let tag = hmac::sign(&self.key, &[TAG, candidate.as_bytes()].concat());
        let first = tag.as_ref().iter().take(8).fold(0, |number, byte| number << 8 | u128::from(*byte));
        first * 1_000 < u128::from(per_mille) << 64
    }
}

impl fmt::Debug for AuditSample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditSample")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use service_kit::ids::{RandomIds, SeededIds};

    use super::*;

    const IDS: u32 = 20_000;

    fn sample(key: [u8; 32]) -> AuditSample {
        AuditSample { key: hmac::Key::new(hmac::HMAC_SHA256, &key) }
    }

    fn ids() -> impl Iterator<Item = Uuid> {
        (0..IDS).map(|number| Uuid::from_u128(0x0193_2c07_29a4_7d6b_8b1f_0000_0000_0000 + u128::from(number)))
    }

    /// Six standard deviations: wrong by chance once in a thousand million keys, and the keys are fixed.
    #[test]
    fn of_many_ids_the_wanted_part_is_drawn() {
        for (per_mille, deviation) in [(10, 15), (50, 31), (250, 62), (500, 71)] {
            for key in [[1; 32], [2; 32], [3; 32]] {
                let sample = sample(key);
                let drawn = ids().filter(|id| sample.draws(*id, per_mille)).count();
                let expected = usize::try_from(IDS * per_mille / 1_000).expect("small");
                assert!(drawn.abs_diff(expected) <= 6 * deviation, "{per_mille} per mille: {drawn} of {IDS}");
            }
        }
        assert!(ids().all(|id| sample([1; 32]).draws(id, 1_000)), "everybody");
        assert!(!ids().any(|id| sample([1; 32]).draws(id, 0)), "nobody");
    }

    #[test]
    fn a_draw_is_the_hmac_of_the_id_and_grows_with_the_rate() {
        // Python: int.from_bytes(hmac.new(bytes([7]*32), b"countersign/audit-sample/v1\n" + uuid.bytes, "sha256").digest()[:8]) * 1000 >> 64, plus 1
        let id = Uuid::from_u128(0x0193_2c07_29a4_7d6b_8b1f_6d1f_6c7a_9a55);
        let rates: Vec<u32> = (0..=1_000).filter(|per_mille| sample([7; 32]).draws(id, *per_mille)).collect();
        assert_eq!(rates, (188..=1_000).collect::<Vec<u32>>());
    }

    /// Without the key nobody can tell: another key draws others.
    #[test]
    fn another_key_draws_others() {
        let (one, other) = (sample([1; 32]), sample([2; 32]));
        let both = ids().filter(|id| one.draws(*id, 500) && other.draws(*id, 500)).count();
        assert!(both.abs_diff(5_000) < 6 * 62, "{both} of {IDS} by both");
    }

    #[test]
    fn the_key_is_kept_private_and_a_cut_one_refused() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("audit.key");
        let drawn = |sample: &AuditSample| ids().filter(|id| sample.draws(*id, 100)).collect::<Vec<_>>();
        let first = drawn(&AuditSample::open(&file, &RandomIds).expect("a key"));
        assert_eq!(first, drawn(&AuditSample::open(&file, &RandomIds).expect("the same key")));
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);

        fs::write(&file, [7; 31]).expect("written");
        assert!(matches!(AuditSample::open(&file, &SeededIds::new(1)), Err(AuditKeyError::Length(31))));
    }
}
