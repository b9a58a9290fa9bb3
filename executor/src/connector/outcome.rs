use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a connector did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// What was made or changed in the target system.
    pub references: Vec<Reference>,
    /// Values before and after, where fields changed.
    pub changes: Vec<Change>,
    /// When it was done; a repeated call answers the first call's moment.
    pub done_at: Timestamp,
}

/// Something in the target system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// What it is, e.g. `task`.
    pub object_type: String,
    /// Its id there.
    pub id: String,
    /// A link that people can follow, if there is one.
    pub link: Option<String>,
}

/// A field's value before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field.
    pub field: String,
    /// The value before; none where there was none.
    pub before: Option<String>,
    /// The value after.
    pub after: String,
}

/// Why a call did not end as done. Messages are for people and hold no payload text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// Nothing was done, for certain.
    #[error("{message}")]
    Refused {
        /// What kind of refusal it is.
        class: RefusalClass,
        /// What went wrong and what mends it.
        message: String,
        /// Whether the same call may succeed later without anybody deciding anew.
        retry_safe: bool,
    },
    /// It may have been done or not.
    #[error("{message}")]
    Unknown {
        /// Where the trace was lost.
        message: String,
    },
}

impl Failed {
    /// Refuses a call that would be refused again.
    pub fn refused(class: RefusalClass, message: impl Into<String>) -> Self {
        Self::Refused { class, message: message.into(), retry_safe: false }
    }
}

/// What kind of refusal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalClass {
    /// The target refused the input.
    Invalid,
    /// The target is not as the payload expects it.
    Precondition,
    /// The target does not exist.
    NotFound,
    /// The connector may not do this there.
    Permission,
    /// The target cannot be reached or is overloaded.
    Unavailable,
    /// Anything else.
    Other,
}
