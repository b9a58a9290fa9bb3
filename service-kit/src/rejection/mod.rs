//! The one way in which a call is refused: a `google.rpc.Status` with exactly one `ErrorInfo`.

mod builder;
mod code;

pub use builder::Rejection;
pub use code::code_of;
