use crate::listing::token::{Binding, TokenInvalid};

/// Reads the sequence number behind which a page or stream of triggers goes on; the empty token begins at the first.
pub(super) fn after(binding: &Binding, token: &str) -> Result<i64, TokenInvalid> {
    if token.is_empty() { Ok(0) } else { binding.open(token).map(i64::from_be_bytes) }
}

/// Writes the place behind a trigger as a token.
pub(super) fn token(binding: &Binding, sequence: i64) -> String {
    binding.seal(&sequence.to_be_bytes())
}
