//! The signing keys' files: made once, kept private, their public halves beside them.
//!
//! `ledger.key` signs. `ledger.key.old`, where it is there, signs too: the key before, while a rotation's overlap lasts. `ledger.pub`
//! lists the verifying keys that the log's checkpoints were ever signed under, one a line, the newest first.

mod rotation;

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use ledger_format::{SigningKey, VerifyingKey, VerifyingKeys, key_list};
use service_kit::{
    data_dir::{read_secret, write_secret},
    ids::Ids,
};

use crate::signing::{CheckpointSigner, SignerCommand, Signs};

pub use rotation::{Rotated, RotationError, end_overlap, rotate};

/// The extension of the file with the public verifying key.
const PUBLIC_EXTENSION: &str = "pub";

/// The extension of the file with the key before, while both sign.
const OLD_EXTENSION: &str = "key.old";

/// Mode bits that let others than the owner in.
const OTHERS: u32 = 0o077;

/// Why the signing key can not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A key file can not be read or written.
    #[error(transparent)]
    File(#[from] service_kit::data_dir::Error),
    /// Others can read the private key.
    #[error("`{file}` can be read by others (mode {mode:04o}); make it private with `chmod 600`, and replace the key if it was seen", file = file.display())]
    Exposed {
        /// The key file.
        file: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file holds something else than a key.
    #[error("`{file}` is not 64 hexadecimal digits and a newline; put back the key file that the ledger was signed with", file = file.display())]
    Malformed {
        /// The key file.
        file: PathBuf,
    },
    /// The private key is gone, and its public half says that there was one.
    #[error("`{file}` is not there, though its public half is; put back the key file that the ledger was signed with, or name the program that signs", file = file.display())]
    Lost {
        /// The key file.
        file: PathBuf,
    },
    /// The public key beside it is of another key.
    #[error("`{file}` is not the public half of the signing key; put back the pair that belongs together", file = file.display())]
    OtherPublicKey {
        /// The public key's file.
        file: PathBuf,
    },
    /// The public keys do not make one list.
    #[error("`{file}` does not list the log's verifying keys, one a line, the newest first", file = file.display())]
    List {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: key_list::Error,
    },
    /// The private key is kept elsewhere, and the public one was not given.
    #[error("`{file}` is not there; give the verifying keys of the signer command, one a line, the newest first", file = file.display())]
    NoVerifyingKey {
        /// The file.
        file: PathBuf,
    },
    /// The name can not be a key's.
    #[error("the key can not be named `{name}`")]
    Name {
        /// The name.
        name: String,
        /// What a name must be.
        source: ledger_format::key::Error,
    },
}

/// Loads what signs as `name` from the key file at `path`, or draws and keeps a key when there is no file.
///
/// The file holds the 32-byte seed in hexadecimal digits, mode 0600. Beside it stand the verifying keys for whoever pins them, with
/// the extension `pub`. A crash between the two files leaves the private one; the next load writes the public one.
///
/// # Errors
/// See [`KeyError`]; a key that others could read, or files that do not belong together, are refused.
pub fn load_or_create(path: &Path, name: &str, ids: &dyn Ids) -> Result<CheckpointSigner, KeyError> {
    let public = path.with_extension(PUBLIC_EXTENSION);
    let seed = if let Some(seed) = load_seed(path)? {
        seed
    } else if read_secret(&public)?.is_some() {
        return Err(KeyError::Lost { file: path.to_owned() });
    } else {
        draw_seed(path, ids)?
    };
    let key = key_of(name, &seed)?;
    let old = load_seed(&path.with_extension(OLD_EXTENSION))?.map(|seed| key_of(name, &seed)).transpose()?;
    // A crash in the middle of a rotation leaves the same key in both files: one signature of it is enough.
    let old = old.filter(|old| old.verifying_key() != key.verifying_key());
    let listed = keep_public(&public, key.verifying_key(), old.as_ref().map(SigningKey::verifying_key))?;
    let signers = [key].into_iter().chain(old).map(Signs::Key).collect();
    CheckpointSigner::new(signers, listed.iter().cloned()).map_err(|source| KeyError::List { file: public, source })
}

/// Holds a signer command to the first of the keys that `keys` lists, and lists all of them beside where the key file would be.
///
/// A key file that is there all the same, and whose key is listed, goes on signing beside the command: the overlap when a log moves
/// from a file to a command.
///
/// # Errors
/// See [`KeyError`].
pub fn load_command(path: &Path, program: PathBuf, keys: &Path) -> Result<CheckpointSigner, KeyError> {
    let listed = load_list(keys)?.ok_or_else(|| KeyError::NoVerifyingKey { file: keys.to_owned() })?;
    let public = path.with_extension(PUBLIC_EXTENSION);
    let known = load_list(&public)?;
    if known.is_some_and(|known| known.iter().any(|key| !listed.iter().any(|listed| listed == key))) {
        return Err(KeyError::OtherPublicKey { file: keys.to_owned() });
    }
    let mut signers = vec![Signs::Command(SignerCommand::new(program, listed.newest().clone()))];
    if let Some(seed) = load_seed(path)? {
        let key = key_of(listed.name(), &seed)?;
        if !listed.iter().skip(1).any(|listed| listed == key.verifying_key()) {
            return Err(KeyError::OtherPublicKey { file: keys.to_owned() });
        }
        signers.push(Signs::Key(key));
    }
    write_public(&public, &listed)?;
    CheckpointSigner::new(signers, listed.iter().cloned())
        .map_err(|source| KeyError::List { file: keys.to_owned(), source })
}

/// Loads the seed that a file for its owner alone holds, or draws and keeps one when there is no file.
///
/// # Errors
/// As [`load_or_create`].
pub fn load_or_draw_seed(path: &Path, ids: &dyn Ids) -> Result<[u8; 32], KeyError> {
    match load_seed(path)? {
        Some(seed) => Ok(seed),
        None => draw_seed(path, ids),
    }
}

/// Loads the verifying keys that [`load_or_create`] wrote beside the signing key at `path`; none when there is no such file.
///
/// # Errors
/// [`KeyError::File`] or, when it holds no keys, [`KeyError::List`].
pub fn load_verifying(path: &Path) -> Result<Option<VerifyingKeys>, KeyError> {
    load_list(&path.with_extension(PUBLIC_EXTENSION))
}

fn load_list(file: &Path) -> Result<Option<VerifyingKeys>, KeyError> {
    let Some(text) = read_secret(file)? else { return Ok(None) };
    let text = str::from_utf8(&text).unwrap_or_default();
    text.parse().map(Some).map_err(|source| KeyError::List { file: file.to_owned(), source })
}

fn load_seed(path: &Path) -> Result<Option<[u8; 32]>, KeyError> {
    let Some(text) = read_secret(path)? else { return Ok(None) };
    refuse_exposed(path)?;
    parse_seed(path, &text).map(Some)
}

fn draw_seed(path: &Path, ids: &dyn Ids) -> Result<[u8; 32], KeyError> {
    let seed = ids.random_32();
    write_secret(path, format!("{}\n", hex::encode(seed)).as_bytes())?;
    Ok(seed)
}

fn key_of(name: &str, seed: &[u8; 32]) -> Result<SigningKey, KeyError> {
    SigningKey::from_seed(name, seed).map_err(|source| KeyError::Name { name: name.to_owned(), source })
}

fn refuse_exposed(path: &Path) -> Result<(), KeyError> {
    let metadata = fs::metadata(path).map_err(io_error(path))?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & OTHERS == 0 { Ok(()) } else { Err(KeyError::Exposed { file: path.to_owned(), mode }) }
}

fn parse_seed(path: &Path, text: &[u8]) -> Result<[u8; 32], KeyError> {
    let mut seed = [0; 32];
    let digits = text.strip_suffix(b"\n").unwrap_or(text);
    hex::decode_to_slice(digits, &mut seed).map_err(|_| KeyError::Malformed { file: path.to_owned() })?;
    Ok(seed)
}

/// Makes sure that the list begins with the key that signs. A rotation that was cut off before it wrote the list is brought to its end.
fn keep_public(file: &Path, key: &VerifyingKey, old: Option<&VerifyingKey>) -> Result<VerifyingKeys, KeyError> {
    let other = || KeyError::OtherPublicKey { file: file.to_owned() };
    let listed = match load_list(file)? {
        Some(listed) if listed.newest() == key => return Ok(listed),
        Some(listed) if old == Some(listed.newest()) => {
            let keys = [key].into_iter().chain(listed.iter()).cloned().collect();
            VerifyingKeys::new(keys).map_err(|_| other())?
        }
        Some(_) => return Err(other()),
        None => VerifyingKeys::new([Some(key), old].into_iter().flatten().cloned().collect()).map_err(|_| other())?,
    };
    write_public(file, &listed)?;
    Ok(listed)
}

fn write_public(file: &Path, keys: &VerifyingKeys) -> Result<(), KeyError> {
    write_secret(file, format!("{keys}\n").as_bytes())?;
    fs::set_permissions(file, fs::Permissions::from_mode(0o644)).map_err(io_error(file))
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    let path = path.to_owned();
    move |source| KeyError::File(service_kit::data_dir::Error::Io { path, source })
}

#[cfg(test)]
mod tests {
    use service_kit::ids::SeededIds;

    use super::*;

    const NAME: &str = "countersign.local";

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.key");
        (folder, path)
    }

    #[test]
    fn a_key_is_made_once_and_found_again() {
        let (_folder, path) = folder();
        let made = load_or_create(&path, NAME, &SeededIds::new(1)).expect("made");
        let again = load_or_create(&path, NAME, &SeededIds::new(2)).expect("found");
        assert_eq!(made.verifying_key(), again.verifying_key());
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(load_verifying(&path).expect("readable").as_ref(), Some(made.known_keys()));
    }

    #[test]
    fn a_key_that_others_can_read_is_refused_with_the_mend() {
        let (_folder, path) = folder();
        load_or_create(&path, NAME, &SeededIds::new(1)).expect("made");
        for mode in [0o640, 0o604, 0o660] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its owner may");
            let refused = load_or_create(&path, NAME, &SeededIds::new(1)).expect_err("exposed");
            assert!(refused.to_string().contains("chmod 600"), "{refused}");
        }
    }

    #[test]
    fn a_malformed_key_is_refused_and_never_shown() {
        let (_folder, path) = folder();
        for text in ["", "00", &"g".repeat(64), &"0".repeat(66)] {
            write_secret(&path, text.as_bytes()).expect("written");
            let refused = load_or_create(&path, NAME, &SeededIds::new(1)).expect_err("no key");
            assert!(matches!(refused, KeyError::Malformed { .. }));
            assert!(text.is_empty() || !refused.to_string().contains(&format!("`{text}`")));
        }
    }

    #[test]
    fn a_public_key_of_another_pair_is_refused() {
        let (_folder, path) = folder();
        load_or_create(&path, NAME, &SeededIds::new(1)).expect("made");
        write_secret(&path, format!("{}\n", "07".repeat(32)).as_bytes()).expect("written");
        let refused = load_or_create(&path, NAME, &SeededIds::new(2)).expect_err("another key");
        assert!(matches!(refused, KeyError::OtherPublicKey { .. }));
    }

    #[test]
    fn a_lost_key_is_not_replaced_by_a_new_one() {
        let (_folder, path) = folder();
        load_or_create(&path, NAME, &SeededIds::new(1)).expect("made");
        fs::remove_file(&path).expect("lost");
        let refused = load_or_create(&path, NAME, &SeededIds::new(2)).expect_err("lost");
        assert!(matches!(refused, KeyError::Lost { .. }), "{refused}");
        assert!(!path.exists(), "no other key was drawn");
    }

    #[test]
    fn a_key_that_can_not_be_read_is_refused_by_name() {
        let (_folder, path) = folder();
        fs::create_dir(&path).expect("a folder in its place");
        let refused = load_or_create(&path, NAME, &SeededIds::new(1)).expect_err("no file");
        assert!(matches!(refused, KeyError::File(_)), "{refused:?}");
        assert!(refused.to_string().contains("ledger.key"), "{refused}");
    }
}
