use countersign_api::error::v1::ErrorReason;

use super::LineError;

/// What is wrong in the text of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The byte of the line, from 1.
    pub column: usize,
    /// The field, by its path; none for the line as a whole.
    pub field: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What to do now.
    pub mend: String,
}

impl Wrong {
    /// Returns it as the error of a line, once its number and request id are known.
    pub fn in_line(self, line: u64, request_id: Option<String>) -> LineError {
        let Self { column, field, what, mend } = self;
        LineError {
            line,
            column: u64::try_from(column).ok(),
            request_id: request_id.map(Into::into),
            field: field.map(Into::into),
            reason: Some(ErrorReason::RequestMalformed),
            what,
            mend,
        }
    }
}
