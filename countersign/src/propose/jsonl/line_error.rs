use std::fmt;

use countersign_api::error::v1::ErrorReason;

/// Why a line is no proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineError {
    /// The line, from 1.
    pub line: u64,
    /// The byte of the line, from 1, where it is known.
    pub column: Option<u64>,
    /// The line's request id, where it can be read.
    pub request_id: Option<Box<str>>,
    /// The field, by its path in the line, such as `evidence[0].title`, where it is one.
    pub field: Option<Box<str>>,
    /// The reason as the services name them; none when the source itself broke, so that nobody was asked.
    pub reason: Option<ErrorReason>,
    /// What is wrong, in words.
    pub what: String,
    /// What to do now.
    pub mend: String,
}

impl LineError {
    /// Returns the reason's name.
    pub fn reason_name(&self) -> &'static str {
        self.reason.map_or("INPUT_UNREADABLE", ErrorReason::wire_name)
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for LineError {}
