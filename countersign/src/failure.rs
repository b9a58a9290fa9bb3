//! Why a command did not do what it was asked, and how that is shown.

use std::fmt;
use std::io;
use std::path::Path;

use countersign_api::error::v1::ErrorReason;
use serde_json::{Value, json};
use service_kit::access::TokenError;

use crate::exit::Exit;
use crate::refusal::Refusal;

/// Why a command ended without doing its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command ran; what it found is bad.
    #[error("{0}")]
    Finding(String),
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// The server, the data folder or an input file cannot be used.
    #[error("{0:#}")]
    Unreachable(anyhow::Error),
    /// The server refused.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The machine failed.
    #[error("{0:#}")]
    Fault(anyhow::Error),
    /// SIGTERM or SIGINT asked for the end; what was acknowledged is kept.
    #[error(
        "a signal ended it before it was done; what was acknowledged is kept: run the same command again, and it goes on"
    )]
    Interrupted,
    /// Whoever read the output went away; nothing is wrong.
    #[error("the reader of the output has closed it")]
    ReaderGone,
}

impl Failure {
    /// Makes a usage failure.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// Makes a fault of the machine.
    pub fn fault(error: impl Into<anyhow::Error>) -> Self {
        Self::Fault(error.into())
    }

    /// Makes a failure to reach a server or folder.
    pub fn unreachable(error: impl Into<anyhow::Error>) -> Self {
        Self::Unreachable(error.into())
    }

    /// Makes a failure to read or write a file that the person named.
    pub fn file(path: &Path, error: impl fmt::Display) -> Self {
        Self::Unreachable(anyhow::anyhow!("`{}`: {error}", path.display()))
    }

    /// Names what the refused call was about, so that the mend can name it too.
    #[must_use]
    pub fn about(self, id: &str) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(Box::new(refusal.about(id))),
            Self::Finding(_)
            | Self::Usage(_)
            | Self::Unreachable(_)
            | Self::Fault(_)
            | Self::Interrupted
            | Self::ReaderGone => self,
        }
    }

    /// Returns how the process ends with it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Finding(_) => Exit::Negative,
            Self::Usage(_) => Exit::Usage,
            Self::Unreachable(error) if holds_no_token(error) => Exit::Denied,
            Self::Unreachable(_) => Exit::Unreachable,
            Self::Refused(refusal) => refusal.exit(),
            Self::Fault(_) => Exit::Fault,
            Self::Interrupted => Exit::Interrupted,
            Self::ReaderGone => Exit::Done,
        }
    }

    /// Returns it as `--json` shows it, on standard error.
    pub fn to_json(&self) -> Value {
        let error = match self {
            Self::Refused(refusal) => refusal.to_json(),
            Self::Unreachable(error) if holds_no_token(error) => {
                json!({ "message": self.to_string(), "reason": ErrorReason::TokenInvalid.wire_name() })
            }
            Self::Finding(_)
            | Self::Usage(_)
            | Self::Unreachable(_)
            | Self::Fault(_)
            | Self::Interrupted
            | Self::ReaderGone => {
                json!({ "message": self.to_string() })
            }
        };
        json!({ "error": error, "exit_code": self.exit().code() })
    }
}

/// Tells whether a token file could be read and what it holds is no token: nobody is let in by it, as by a wrong one.
fn holds_no_token(error: &anyhow::Error) -> bool {
    error.chain().any(<dyn std::error::Error>::is::<TokenError>)
}

impl From<tonic::Status> for Failure {
    fn from(status: tonic::Status) -> Self {
        Self::Refused(Box::new(Refusal::read(&status)))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::ReaderGone } else { Self::fault(error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_no_failure() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(failure.exit(), Exit::Done);
        assert_eq!(Failure::from(io::Error::from(io::ErrorKind::StorageFull)).exit(), Exit::Fault);
    }

    #[test]
    fn a_file_without_a_token_denies_and_a_missing_one_is_out_of_reach() {
        use anyhow::Context as _;
        let malformed = "junk".parse::<service_kit::access::BearerToken>().context("no token in `junk.token`");
        let failure = Failure::Unreachable(malformed.expect_err("it is none"));
        assert_eq!(failure.exit(), Exit::Denied);
        assert_eq!(failure.to_json()["error"]["reason"], "TOKEN_INVALID");
        assert_eq!(Failure::file(Path::new("no.token"), "no such file").exit(), Exit::Unreachable);
    }

    #[test]
    fn json_repeats_the_exit_code() {
        let json = Failure::Finding("entry `7` does not verify".to_owned()).to_json();
        assert_eq!(json["exit_code"], 1);
        assert_eq!(json["error"]["message"], "entry `7` does not verify");
    }
}
