//! Several pinned keys of one log: what a rotation leaves, the newest first.

use std::fmt;
use std::str::FromStr;

use crate::key::{self, VerifyingKey};
use crate::note::{self, SignedNote};

/// Most keys of one list.
pub const KEYS_MAX: usize = 32;

/// One key or several, to one of which a note is held.
pub trait PinnedKeys: fmt::Debug + Send + Sync {
    /// Returns the note's text, once a pinned key has signed it. Signatures by other keys are ignored.
    ///
    /// # Errors
    ///
    /// Refuses a note without a signature by a pinned key, and one with a signature by any of them that does not verify.
    fn verify_note<'n>(&self, note: &'n SignedNote) -> Result<&'n str, note::Error>;

    /// Returns the keys, the newest first.
    fn to_list(&self) -> VerifyingKeys;
}

impl PinnedKeys for VerifyingKey {
    fn verify_note<'n>(&self, note: &'n SignedNote) -> Result<&'n str, note::Error> {
        note.verify(self)
    }

    fn to_list(&self) -> VerifyingKeys {
        self.clone().into()
    }
}

/// Keys of one log, all of one name, the newest first. Its text is one key a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKeys(Vec<VerifyingKey>);

impl VerifyingKeys {
    /// Lists keys, the newest first.
    ///
    /// # Errors
    ///
    /// Refuses an empty list, more than [`KEYS_MAX`], keys of different names, and a key that stands twice.
    pub fn new(keys: Vec<VerifyingKey>) -> Result<Self, Error> {
        let Some(first) = keys.first() else { return Err(Error::Empty) };
        if keys.len() > KEYS_MAX {
            return Err(Error::TooMany { found: keys.len() });
        }
        if let Some(other) = keys.iter().find(|key| key.name() != first.name()) {
            return Err(Error::OtherName { name: first.name().to_owned(), found: other.name().to_owned() });
        }
        if keys.iter().enumerate().any(|(position, key)| keys[..position].contains(key)) {
            return Err(Error::Doubled);
        }
        Ok(Self(keys))
    }

    /// Returns the newest key.
    pub fn newest(&self) -> &VerifyingKey {
        &self.0[0]
    }

    /// Returns the name that all of them bear.
    pub fn name(&self) -> &str {
        self.newest().name()
    }

    /// Returns the keys, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.0.iter()
    }

    /// Returns the same keys under another name.
    ///
    /// # Errors
    ///
    /// Refuses a name that cannot stand in a signature line.
    pub fn named(&self, name: &str) -> Result<Self, key::Error> {
        self.0.iter().map(|key| key.named(name)).collect::<Result<_, _>>().map(Self)
    }
}

impl PinnedKeys for VerifyingKeys {
    fn verify_note<'n>(&self, note: &'n SignedNote) -> Result<&'n str, note::Error> {
        let mut text = None;
        for key in &self.0 {
            match note.verify(key) {
                Ok(signed) => text = Some(signed),
                Err(note::Error::NotSigned { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        text.ok_or_else(|| note::Error::NotSigned { key: self.name().to_owned() })
    }

    fn to_list(&self) -> VerifyingKeys {
        self.clone()
    }
}

impl From<VerifyingKey> for VerifyingKeys {
    fn from(key: VerifyingKey) -> Self {
        Self(vec![key])
    }
}

impl FromStr for VerifyingKeys {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
        let keys = lines.take(KEYS_MAX + 1).map(str::parse).collect::<Result<Vec<_>, _>>()?;
        Self::new(keys)
    }
}

/// Shows one key a line, each with its newline but the last.
impl fmt::Display for VerifyingKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, key) in self.0.iter().enumerate() {
            write!(formatter, "{}{key}", if position == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// Why texts are no list of keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no key.
    #[error("the list holds no key: give the log's verifying key, one a line, the newest first")]
    Empty,
    /// There are more than any log has had.
    #[error("the list holds `{found}` keys, `{KEYS_MAX}` are the most: drop the oldest")]
    TooMany {
        /// How many there are.
        found: usize,
    },
    /// Two keys bear different names.
    #[error("the list holds keys named `{name}` and `{found}`: give the keys of one log, all of one name")]
    OtherName {
        /// The first key's name.
        name: String,
        /// Another's.
        found: String,
    },
    /// A key stands twice.
    #[error("the list holds a key twice: leave one out")]
    Doubled,
    /// A line is no key.
    #[error(transparent)]
    Key(#[from] key::Error),
}
