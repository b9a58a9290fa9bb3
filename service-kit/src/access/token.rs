use std::{fmt, str::FromStr};

use aws_lc_rs::{constant_time, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use uuid::Uuid;

use crate::ids::Ids;

const PREFIX: &str = "cs_";

/// The public part of a token: `tokens/{id}`, 32 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(Uuid);

/// An opaque bearer token: `cs_<id>_<base64url of 32 random bytes>`.
///
/// Whoever has the text can call as its principal. [`BearerToken::reveal`] is the only way to the text; `Debug` shows the
/// id alone.
#[derive(Clone)]
pub struct BearerToken {
    id: TokenId,
    secret: [u8; 32],
}

/// The SHA-256 of a token's secret: what is stored. The secret is 256 random bits, so a plain hash can not be guessed.
#[derive(Clone, Copy)]
pub struct SecretHash(pub(super) [u8; 32]);

/// Says that a text is no bearer token, without repeating it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is not a bearer token of the form `cs_<id>_<secret>`; copy the whole line that made it")]
pub struct TokenError;

impl TokenId {
    /// Returns the id's UUID.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl BearerToken {
    /// Draws a new token.
    pub fn draw(ids: &dyn Ids, now: Timestamp) -> Self {
        Self { id: TokenId(ids.uuid_v7(now)), secret: ids.random_32() }
    }

    /// Returns the public part.
    pub const fn id(&self) -> TokenId {
        self.id
    }

    /// Returns the whole text, secret included: for the `authorization` header and the file it is kept in.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}_{}", self.id, URL_SAFE_NO_PAD.encode(self.secret))
    }

    /// Returns what is stored of the secret.
    pub fn hash(&self) -> SecretHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, &self.secret).as_ref());
        SecretHash(hash)
    }
}

impl SecretHash {
    /// Compares in a time that does not depend on where two hashes differ.
    pub fn matches(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

impl FromStr for TokenId {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let id = Self(Uuid::try_parse(text).map_err(|_| TokenError)?);
        // One token, one name: the other spellings of a UUID are not accepted.
        if id.to_string() == text { Ok(id) } else { Err(TokenError) }
    }
}

impl FromStr for BearerToken {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let (id, secret) = text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or(TokenError)?;
        let secret = URL_SAFE_NO_PAD.decode(secret).map_err(|_| TokenError)?;
        Ok(Self { id: id.parse()?, secret: secret.try_into().map_err(|_| TokenError)? })
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerToken").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SeededIds;

    #[test]
    fn a_token_reads_back_as_written_and_shows_its_secret_nowhere() {
        // Many draws: base64url itself contains `_`, the separator.
        let ids = SeededIds::new(1);
        for _ in 0..100 {
            let token = BearerToken::draw(&ids, Timestamp::UNIX_EPOCH);
            let text = token.reveal();
            let read: BearerToken = text.parse().expect("a token");
            assert_eq!(read.id(), token.id());
            assert!(read.hash().matches(&token.hash()));
            let secret = &text[PREFIX.len() + 33..];
            assert_eq!(secret.len(), 43);
            assert!(!format!("{token:?} {:?}", token.hash()).contains(secret));
        }
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let good = BearerToken::draw(&SeededIds::new(1), Timestamp::UNIX_EPOCH).reveal();
        for bad in [
            "",
            "cs_",
            "cs__",
            &good[1..],
            &good[..good.len() - 1],
            &format!("{good}A"),
            &format!("{good}="),
            &good.to_uppercase(),
        ] {
            assert!(bad.parse::<BearerToken>().is_err(), "{bad}");
        }
    }

    #[test]
    fn another_secret_under_the_same_id_does_not_match() {
        let token = BearerToken::draw(&SeededIds::new(1), Timestamp::UNIX_EPOCH);
        let forged = BearerToken { id: token.id(), secret: [0; 32] };
        assert!(!forged.hash().matches(&token.hash()));
    }
}
