//! What an error of the server says of the transaction that got it.

use service_kit::database;
use sqlx::error::DatabaseError;

use crate::store::Error;

/// Tells whether a server that gave this answer, or none, can be asked again: once it is back, reachable, or has room.
pub(super) fn passes(error: &Error) -> bool {
    match error {
        Error::Driver(error) => database::passes(error),
        Error::Corrupt(_) => false,
    }
}

/// Tells whether somebody else wrote first what is unique, or the server ended this transaction so that another goes on.
pub(super) fn is_beaten(error: &Error) -> bool {
    match error {
        Error::Driver(error) => {
            let code = error.as_database_error().and_then(DatabaseError::code);
            matches!(code.as_deref(), Some("23505" | "40001" | "40P01"))
        }
        Error::Corrupt(_) => false,
    }
}

/// Tells whether this answer to a commit says that nothing of it stands: a constraint or a conflict, as against a server that ends.
pub(super) fn is_refusal(code: Option<&str>) -> bool {
    code.is_some_and(|code| ["22", "23", "40"].iter().any(|class| code.starts_with(class)) && code != "40003")
}
