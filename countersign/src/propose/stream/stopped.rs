use tonic::Status;

use super::backoff::CUTS_MAX;
use crate::failure::Failure;

/// Why no more items are sent. What was answered is kept; sent again under the same request ids, nothing is doubled.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The server refused the stream itself.
    #[error("the server refused the stream of proposals")]
    Refused(#[source] Box<Status>),
    /// The stream was cut again and again.
    #[error(
        "the stream of proposals was cut {CUTS_MAX} times and once more without an answer in between, at last by `{last}`; \
         run the same again once the server is well"
    )]
    Lost {
        /// What the last cut said.
        last: String,
    },
    /// The server does not answer in the order of the contract.
    #[error("the server answered `{answered}` where the answer to `{due}` was due; use a server of this contract")]
    OutOfStep {
        /// The request id whose answer was due.
        due: String,
        /// The request id of the answer; empty for one that does not say what became of its item.
        answered: String,
    },
}

impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Refused(status) => Self::from(*status),
            Stopped::Lost { .. } => Self::unreachable(stopped),
            Stopped::OutOfStep { .. } => Self::fault(stopped),
        }
    }
}
