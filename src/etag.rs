//! Etags: what a decision carries to say which revision the person saw.

use std::fmt;
use std::str::FromStr;

/// The etag of a candidate's revision. Opaque to callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Etag(u64);

/// Says that a text is not an etag of this server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the etag is not one this server gave; read the candidate and send its `etag` back unchanged")]
pub struct EtagError;

impl Etag {
    /// Makes the etag of a revision.
    pub const fn of_revision(revision: u64) -> Self {
        Self(revision)
    }

    /// Returns the revision it stands for.
    pub const fn revision(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}", self.0)
    }
}

impl FromStr for Etag {
    type Err = EtagError;

    fn from_str(text: &str) -> Result<Self, EtagError> {
        let digits = text.strip_prefix('r').ok_or(EtagError)?;
        let revision = digits.parse().map_err(|_| EtagError)?;
        let etag = Self(revision);
        if etag.to_string() == text { Ok(etag) } else { Err(EtagError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_given_is_taken_back() {
        assert_eq!("r7".parse(), Ok(Etag::of_revision(7)));
        for text in ["", "7", "r", "r07", "r-1", "r+1", "R7", "r7 "] {
            assert_eq!(text.parse::<Etag>(), Err(EtagError), "{text:?}");
        }
    }
}
