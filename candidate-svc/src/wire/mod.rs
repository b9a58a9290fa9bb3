//! The contract's messages and the domain's types, one into the other.
//!
//! Requests are parsed here once; an error names the field. Whether what a request says is allowed (lengths, schema,
//! rights) is the domain's to judge. Stored events come back through the same readers, so an event reads back exactly as
//! it was written.

pub mod action_type;
pub mod assessment;
pub mod candidate;
pub mod command;
pub mod delegation;
pub mod event;
pub mod evidence;
pub mod execution;
mod field;
pub mod payload;
pub mod policy_revision;
pub mod principal;
pub mod proposal;
pub mod record;
pub mod standing_approval;
pub mod time;
pub mod words;

pub use field::FieldError;

use std::{fmt::Display, str::FromStr};

use crate::domain::{Refusal, RequestId};

/// Reads the resource name in a field of a request.
///
/// # Errors
/// When it is not of its form.
pub fn name_of<T: FromStr<Err: Display>>(name_field: &str, text: &str) -> Result<T, FieldError> {
    field::parsed(name_field, text)
}

/// Reads the request id of a request.
///
/// # Errors
/// When it is not of its form.
pub fn request_id(text: &str) -> Result<RequestId, FieldError> {
    text.parse().map_err(|error| FieldError::new("request_id", error))
}

impl From<FieldError> for Refusal {
    fn from(error: FieldError) -> Self {
        Self::malformed(error.field, error.description)
    }
}
