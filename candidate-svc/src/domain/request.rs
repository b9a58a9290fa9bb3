//! Which call asked for a command.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest request id, in bytes.
pub const REQUEST_ID_MAX_BYTES: usize = 128;

/// An id that the caller chose for one request: 1 to 128 bytes without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId(String);

/// Says that a text is not a request id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a request id has 1 to {REQUEST_ID_MAX_BYTES} bytes and no control characters, found `{bytes}` bytes")]
pub struct RequestIdError {
    /// Length of the text.
    pub bytes: usize,
}

impl RequestId {
    /// Returns the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RequestId {
    type Error = RequestIdError;

    fn try_from(text: String) -> Result<Self, RequestIdError> {
        let bytes = text.len();
        let fits = (1..=REQUEST_ID_MAX_BYTES).contains(&bytes) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text)) } else { Err(RequestIdError { bytes }) }
    }
}

impl FromStr for RequestId {
    type Err = RequestIdError;

    fn from_str(text: &str) -> Result<Self, RequestIdError> {
        Self::try_from(text.to_owned())
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_has_1_to_128_bytes() {
        for bytes in [1, REQUEST_ID_MAX_BYTES - 1, REQUEST_ID_MAX_BYTES] {
            assert!("x".repeat(bytes).parse::<RequestId>().is_ok(), "{bytes}");
        }
        for text in ["", "a\nb", &"x".repeat(REQUEST_ID_MAX_BYTES + 1)] {
            assert_eq!(text.parse::<RequestId>(), Err(RequestIdError { bytes: text.len() }));
        }
    }
}
