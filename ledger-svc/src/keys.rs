//! The signing key's file: made once, kept private, its public half beside it.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use ledger_format::{SigningKey, VerifyingKey};
use service_kit::{
    data_dir::{read_secret, write_secret},
    ids::Ids,
};

/// The extension of the file with the public verifying key.
const PUBLIC_EXTENSION: &str = "pub";

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
    #[error("`{file}` is not there, though its public half is; put back the key file that the ledger was signed with", file = file.display())]
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
    /// The name can not be a key's.
    #[error("the key can not be named `{name}`")]
    Name {
        /// The name.
        name: String,
        /// What a name must be.
        source: ledger_format::key::Error,
    },
}

/// Loads the signing key `name` from `path`, or draws and keeps one when there is no file.
///
/// The file holds the 32-byte seed in hexadecimal digits, mode 0600. Beside it stands the verifying key for whoever pins it, with
/// the extension `pub`. A crash between the two files leaves the private one; the next load writes the public one.
///
/// # Errors
/// See [`KeyError`]; a key that others could read, or a pair that does not belong together, is refused.
pub fn load_or_create(path: &Path, name: &str, ids: &dyn Ids) -> Result<SigningKey, KeyError> {
    let public = path.with_extension(PUBLIC_EXTENSION);
    let seed = if let Some(text) = read_secret(path)? {
        refuse_exposed(path)?;
        parse_seed(path, &text)?
    } else if read_secret(&public)?.is_some() {
        return Err(KeyError::Lost { file: path.to_owned() });
    } else {
        let seed = ids.random_32();
        write_secret(path, format!("{}\n", hex::encode(seed)).as_bytes())?;
        seed
    };
    let key = SigningKey::from_seed(name, &seed).map_err(|source| KeyError::Name { name: name.to_owned(), source })?;
    keep_public(&public, key.verifying_key())?;
    Ok(key)
}

/// Loads the verifying key that [`load_or_create`] wrote beside the signing key at `path`; none when there is no such file.
///
/// # Errors
/// [`KeyError::File`] or, when it holds no key, [`KeyError::Malformed`].
pub fn load_verifying(path: &Path) -> Result<Option<VerifyingKey>, KeyError> {
    let file = path.with_extension(PUBLIC_EXTENSION);
    let Some(text) = read_secret(&file)? else { return Ok(None) };
    let key = str::from_utf8(&text).ok().and_then(|text| text.trim_end().parse().ok());
    key.map(Some).ok_or(KeyError::Malformed { file })
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

fn keep_public(file: &Path, key: &VerifyingKey) -> Result<(), KeyError> {
    let text = format!("{key}\n");
    match read_secret(file)? {
        None => {
            write_secret(file, text.as_bytes())?;
            fs::set_permissions(file, fs::Permissions::from_mode(0o644)).map_err(io_error(file))
        }
        Some(found) if found == text.as_bytes() => Ok(()),
        Some(_) => Err(KeyError::OtherPublicKey { file: file.to_owned() }),
    }
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
        assert_eq!(load_verifying(&path).expect("readable").as_ref(), Some(made.verifying_key()));
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
