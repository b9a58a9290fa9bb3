//! What a list's caller asks of its pages (AIP-158), where a token is what the page before ended with.

use std::str::FromStr;

use countersign_api::error::v1::ErrorReason;

use crate::rejection::Rejection;

const SIZE_DEFAULT: u32 = 100;
const SIZE_MAX: u32 = 1_000;

/// Reads how many items a page has at most.
///
/// # Errors
/// When it is negative or too many.
pub fn size(asked: i32) -> Result<u32, Rejection> {
    match u32::try_from(asked) {
        Ok(0) => Ok(SIZE_DEFAULT),
        Ok(size) if size <= SIZE_MAX => Ok(size),
        _ => Err(Rejection::malformed("page_size", "is not within 1 to 1,000, or 0 for 100")),
    }
}

/// Reads behind what a page begins; none for the first.
///
/// # Errors
/// When this server never gave such a token.
pub fn after<T: FromStr>(token: &str) -> Result<Option<T>, Rejection> {
    if token.is_empty() {
        return Ok(None);
    }
    let foreign = |_| {
        Rejection::new(ErrorReason::PageTokenInvalid, "`page_token` was not given by this server; begin again without")
    };
    token.parse().map(Some).map_err(foreign)
}
