//! What is appended, and how the same thing sent twice is told from something else under the same key.

mod new_entry;
mod standing;

pub use new_entry::NewEntry;
pub use standing::{Conflict, Standing};
