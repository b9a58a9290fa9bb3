//! What the process says with its exit code.

use std::process::ExitCode;

/// How a command ended, for scripts. The numbers never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// The answer is no: something does not verify, the server refused, or the person did.
    Negative,
    /// The command line is wrong.
    Usage,
    /// The server, the data folder or an input file can not be reached, opened or read.
    Unreachable,
    /// The token is not valid, or its principal may not do this.
    Denied,
    /// A fault of the server or the machine.
    Fault,
    /// SIGTERM or SIGINT ended it before it was done; run again, it goes on.
    Interrupted,
}

/// The table that `--help` shows.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  the answer is no: something does not verify or is not there, the server refused, or you did
  2  the command line is wrong
  3  the server, the data folder or an input file cannot be reached, opened or read
  4  denied: the token is not valid, or its principal may not do this
  5  a fault of the server or the machine
  6  SIGTERM or SIGINT ended it before it was done; run again, it goes on";

impl Exit {
    /// Returns the number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Negative => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Denied => 4,
            Self::Fault => 5,
            Self::Interrupted => 6,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_in_help_has_every_code_once() {
        let all =
            [Exit::Done, Exit::Negative, Exit::Usage, Exit::Unreachable, Exit::Denied, Exit::Fault, Exit::Interrupted];
        let listed: Vec<&str> = EXIT_CODES.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
        let codes: Vec<String> = all.iter().map(|exit| exit.code().to_string()).collect();
        assert_eq!(listed, codes);
    }
}
