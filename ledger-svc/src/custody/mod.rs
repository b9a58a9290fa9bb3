//! Erasure of contents and legal holds: entries about other entries' contents, and what they change beside the log.
//!
//! The entry comes first: in its commit everything sealed under the subject's key is emptied; then the key is destroyed, in a store of its
//! own. After a crash between the two, the next start destroys what the log says is erased ([`carry_out`]), or, where several processes share
//! a database, whichever of them sees the erasure.

mod act;
mod carry_out;
mod change;
mod refusal;
mod steps;

pub use act::Act;
pub(crate) use carry_out::{carry_out, destroy_left};
pub use change::Change;
pub use refusal::CustodyRefusal;
pub use steps::{ErasureStep, ErasureSteps, Unwatched};
