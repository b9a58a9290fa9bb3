//! Which field of a message is not of its form, and why.

use std::fmt;

/// Says that a field is not of its form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {description}")]
pub struct FieldError {
    /// The field's path within the message, e.g. `proposal.evidence[2].title`.
    pub field: String,
    /// What is wrong and how to mend it.
    pub description: String,
}

impl FieldError {
    /// Says what is wrong with a field.
    pub fn new(field: impl Into<String>, description: impl fmt::Display) -> Self {
        Self { field: field.into(), description: description.to_string() }
    }

    /// Says that a field without which the message means nothing is not set.
    pub fn missing(field: impl Into<String>) -> Self {
        Self::new(field, "is not set; set it")
    }

    /// Says that a word that must be chosen is not, and which words there are.
    pub fn unchosen(field: impl Into<String>, choices: &[&str]) -> Self {
        let quoted: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
        Self::new(field, format_args!("is not set; choose one of {}", quoted.join(", ")))
    }

    /// Returns the error as seen from the message around: `title` in `evidence[2]` is `evidence[2].title`.
    #[must_use]
    pub fn within(mut self, outer: impl fmt::Display) -> Self {
        let separator = if self.field.is_empty() { "" } else { "." };
        self.field = format!("{outer}{separator}{}", self.field);
        self
    }
}

/// Reads every element of a repeated field; an error names the element.
pub(super) fn each<T, U>(
    field: &str,
    values: impl IntoIterator<Item = T>,
    mut read: impl FnMut(T) -> Result<U, FieldError>,
) -> Result<Vec<U>, FieldError> {
    let read_at = |(at, value)| read(value).map_err(|error| error.within(format_args!("{field}[{at}]")));
    values.into_iter().enumerate().map(read_at).collect()
}

/// Reads a message that must be set.
pub(super) fn required<T, U>(
    field: &str,
    value: Option<T>,
    read: impl FnOnce(T) -> Result<U, FieldError>,
) -> Result<U, FieldError> {
    read(value.ok_or_else(|| FieldError::missing(field))?).map_err(|error| error.within(field))
}

/// Reads a message that may be set.
pub(super) fn optional<T, U>(
    field: &str,
    value: Option<T>,
    read: impl FnOnce(T) -> Result<U, FieldError>,
) -> Result<Option<U>, FieldError> {
    value.map(|value| read(value).map_err(|error| error.within(field))).transpose()
}

/// Reads a text of a form of its own, such as a name.
pub(super) fn parsed<T: std::str::FromStr<Err: fmt::Display>>(field: &str, text: &str) -> Result<T, FieldError> {
    if text.is_empty() {
        return Err(FieldError::missing(field));
    }
    text.parse().map_err(|error| FieldError::new(field, error))
}

/// Reads a text of a form of its own that may be empty.
pub(super) fn parsed_unless_empty<T: std::str::FromStr<Err: fmt::Display>>(
    field: &str,
    text: &str,
) -> Result<Option<T>, FieldError> {
    if text.is_empty() { Ok(None) } else { parsed(field, text).map(Some) }
}

/// Reads a number of the contract's that is never negative.
pub(super) fn natural<T: TryFrom<i64>>(field: &str, number: impl Into<i64>) -> Result<T, FieldError> {
    let number = number.into();
    T::try_from(number).map_err(|_| FieldError::new(field, format_args!("`{number}` is out of range")))
}

/// Reads a word of one of the contract's enums.
pub(super) fn word<E: TryFrom<i32>>(field: &str, number: i32) -> Result<E, FieldError> {
    E::try_from(number)
        .map_err(|_| FieldError::new(field, format_args!("`{number}` is no value of this release's contract")))
}

/// Reads bytes of a length of their own, such as a digest.
pub(super) fn fixed<'a, T: TryFrom<&'a [u8], Error: fmt::Display>>(
    field: &str,
    bytes: &'a [u8],
) -> Result<T, FieldError> {
    T::try_from(bytes).map_err(|error| FieldError::new(field, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_names_every_step() {
        let refused =
            each(
                "evidence",
                ["a", ""],
                |title| if title.is_empty() { Err(FieldError::missing("title")) } else { Ok(()) },
            );
        let error = refused.expect_err("the second is empty").within("proposal");
        assert_eq!(error.to_string(), "`proposal.evidence[1].title`: is not set; set it");
    }
}
