use std::{fmt, path::Path};

use aws_lc_rs::hmac;

use super::{PrincipalId, Seals};
use crate::{
    data_dir::{self, read_secret, write_secret},
    ids::Ids,
};

/// Hex digits of a pseudonym: 128 bits of the HMAC.
const PSEUDONYM_HEX_CHARS: usize = 32;

/// Turns principals into pseudonyms for places that are never erased, such as a ledger leaf.
///
/// A pseudonym is `p_` and the first 32 hex digits of HMAC-SHA256 over the principal's id. Without the key nobody can test
/// a guess; when the key is destroyed, pseudonyms lead to nobody any more.
#[derive(Clone)]
pub struct Pseudonyms {
    key: hmac::Key,
}

/// Why the pseudonym key can not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file can not be read or written.
    #[error("the pseudonym key can not be kept")]
    File(#[from] data_dir::Error),
    /// The file does not hold a key.
    #[error(
        "the pseudonym key file holds {0} bytes instead of 32; restore it from a backup, since a new key breaks the link to every pseudonym given"
    )]
    Length(usize),
}

impl Pseudonyms {
    /// Reads the key from `file`, or draws one and keeps it there, mode 0600, before it is used.
    ///
    /// # Errors
    /// [`KeyError`], naming the reason.
    pub fn open(file: &Path, ids: &dyn Ids) -> Result<Self, KeyError> {
        let key = read_secret(file)?.map_or_else(
            || draw_key(file, ids),
            |bytes| <[u8; 32]>::try_from(bytes).map_err(|bytes| KeyError::Length(bytes.len())),
        )?;
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA256, &key) })
    }

    /// Returns the pseudonym of a principal: `p_` and 32 hex digits, always the same.
    pub fn of(&self, id: &PrincipalId) -> String {
        let tag = hmac::sign(&self.key, id.as_str().as_bytes());
        format!("p_{}", &hex::encode(tag)[..PSEUDONYM_HEX_CHARS])
    }
}

/// What keys are derived from: no id of a principal begins so.
const SEALS_KEY: &[u8] = b"countersign/seals/v1\n";

impl Pseudonyms {
    /// Returns what seals what is handed out, under a key derived from this one.
    pub fn seals(&self) -> Seals {
        Seals::under(hmac::sign(&self.key, SEALS_KEY).as_ref())
    }
}

fn draw_key(file: &Path, ids: &dyn Ids) -> Result<[u8; 32], KeyError> {
    let key = ids.random_32();
    write_secret(file, &key)?;
    Ok(key)
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::ids::{RandomIds, SeededIds};

    fn anna() -> PrincipalId {
        "humans/anna".parse().expect("an id")
    }

    #[test]
    fn a_pseudonym_stays_the_same_across_starts_and_differs_by_principal() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pseudonym.key");
        let first = Pseudonyms::open(&file, &RandomIds).expect("a key").of(&anna());
        let again = Pseudonyms::open(&file, &RandomIds).expect("the same key").of(&anna());
        assert_eq!(first, again);
        assert_eq!(first.len(), 34);
        assert!(first.starts_with("p_") && !first.contains("anna"));
        let bob = "humans/bob".parse().expect("an id");
        assert_ne!(Pseudonyms::open(&file, &RandomIds).expect("the key").of(&bob), first);
    }

    #[test]
    fn a_pseudonym_is_the_hmac_of_the_id() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pseudonym.key");
        fs::write(&file, [7; 32]).expect("written");
        // Python: hmac.new(bytes([7] * 32), b"humans/anna", "sha256").hexdigest()[:32]
        let pseudonym = Pseudonyms::open(&file, &SeededIds::new(1)).expect("the key").of(&anna());
        assert_eq!(pseudonym, "p_810967f1ee4ff610998f25bc6afd944a");
    }

    #[test]
    fn a_cut_key_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pseudonym.key");
        fs::write(&file, [7; 31]).expect("written");
        assert!(matches!(Pseudonyms::open(&file, &RandomIds), Err(KeyError::Length(31))));
    }
}
