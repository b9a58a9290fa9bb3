//! Tokens in `tokens.db`: times are microseconds since 1970, roles are names joined by commas.

mod row;
mod tokens;

pub use row::TokenRecord;
pub use tokens::{Error, TokenStore};
