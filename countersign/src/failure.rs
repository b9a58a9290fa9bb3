//! Why a command did not do what it was asked, and how that is shown.

use std::fmt;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

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
            Self::Finding(_) | Self::Usage(_) | Self::Unreachable(_) | Self::Fault(_) | Self::ReaderGone => self,
        }
    }

    /// Returns how the process ends with it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Finding(_) => Exit::Negative,
            Self::Usage(_) => Exit::Usage,
            Self::Unreachable(_) => Exit::Unreachable,
            Self::Refused(refusal) => refusal.exit(),
            Self::Fault(_) => Exit::Fault,
            Self::ReaderGone => Exit::Done,
        }
    }

    /// Returns it as `--json` shows it, on standard error.
    pub fn to_json(&self) -> Value {
        let error = match self {
            Self::Refused(refusal) => refusal.to_json(),
            Self::Finding(_) | Self::Usage(_) | Self::Unreachable(_) | Self::Fault(_) | Self::ReaderGone => {
                json!({ "message": self.to_string() })
            }
        };
        json!({ "error": error, "exit_code": self.exit().code() })
    }
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
    fn json_repeats_the_exit_code() {
        let json = Failure::Finding("entry `7` does not verify".to_owned()).to_json();
        assert_eq!(json["exit_code"], 1);
        assert_eq!(json["error"]["message"], "entry `7` does not verify");
    }
}
