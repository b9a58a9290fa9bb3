use std::io::{self, IsTerminal as _, Write as _};

use serde_json::Value;

use super::message_json::{self, Shown};
use super::visible;
use crate::failure::Failure;

/// Where a command's words go.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    json: bool,
    is_interactive: bool,
}

impl Console {
    /// Makes the console; with `json`, data is JSON.
    pub fn new(json: bool) -> Self {
        Self { json, is_interactive: io::stdin().is_terminal() && io::stderr().is_terminal() }
    }

    /// Tells whether data is JSON.
    pub const fn is_json(self) -> bool {
        self.json
    }

    /// Tells whether a person sits at both ends, so that a question can be asked.
    pub const fn is_interactive(self) -> bool {
        self.is_interactive
    }

    /// Writes data for people to standard output, followed by a line break.
    ///
    /// # Errors
    /// [`Failure::ReaderGone`] when nobody reads any more, [`Failure::Fault`] when the write fails.
    #[expect(clippy::unused_self, reason = "only who was given the console writes data")]
    pub fn data(self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        Ok(out.flush()?)
    }

    /// Writes one JSON value to standard output: on one line, so that several make JSON lines.
    ///
    /// # Errors
    /// As [`Console::data`].
    pub fn json(self, value: &Value) -> Result<(), Failure> {
        self.data(&value.to_string())
    }

    /// Writes a message of the contract: as JSON when asked for, else as `text` renders it.
    ///
    /// # Errors
    /// As [`Console::data`].
    pub fn message<M: Shown>(self, message: &M, text: impl FnOnce(&M) -> String) -> Result<(), Failure> {
        if self.json { self.json(&message_json::to_json(message)) } else { self.data(&text(message)) }
    }

    /// Talks to the person, on standard error. What others wrote and is repeated there cannot hide or steer.
    #[expect(clippy::unused_self, reason = "only who was given the console talks")]
    pub fn say(self, text: &str) {
        say_line(&visible(text));
    }

    /// Says why the command failed, on standard error.
    pub fn say_failure(self, failure: &Failure) {
        say_line(&failure_line(failure, self.json));
    }
}

fn say_line(line: &str) {
    // Talk that nobody can hear is no failure of the command.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// JSON stays as it is: an escape of ours in it would make it none.
fn failure_line(failure: &Failure, json: bool) -> String {
    if json { failure.to_json().to_string() } else { visible(&failure_text(failure)) }
}

fn failure_text(failure: &Failure) -> String {
    match failure {
        Failure::Refused(refusal) => refusal.to_string(),
        Failure::Finding(_)
        | Failure::Usage(_)
        | Failure::Unreachable(_)
        | Failure::Fault(_)
        | Failure::Interrupted => {
            format!("error: {failure}")
        }
        Failure::ReaderGone => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_failure_repeats_of_others_cannot_steer_the_terminal_and_json_stays_json() {
        let failure = Failure::Finding("`pay\u{202E}001` is no record".to_owned());
        assert_eq!(failure_line(&failure, false), "error: `pay\\u{202e}001` is no record");
        let json: Value = serde_json::from_str(&failure_line(&failure, true)).expect("JSON");
        assert_eq!(json["error"]["message"], "`pay\u{202E}001` is no record");
    }
}
