//! An office at work while processes are killed: proposers, recorders, reviewers, an executor and watchers, none of whom gives up.
//!
//! Who is not answered sends the same again, to whichever process lives, until there is an answer; a watcher goes on behind what it saw.
//! What was answered is kept ([`Work`]), and held against the ledger in the end.

mod counts;
mod everybody;
mod executor;
mod outcome;
mod watchers;
mod work;

pub use counts::Counts;
pub use everybody::Office;
pub use outcome::Outcome;
pub use watchers::Watched;
pub use work::Work;
