use std::io::{self, IsTerminal as _, Write as _};

use serde_json::Value;

use super::message_json::{self, Shown};
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

    /// Talks to the person, on standard error.
    #[expect(clippy::unused_self, reason = "only who was given the console talks")]
    pub fn say(self, text: &str) {
        // Talk that nobody can hear is no failure of the command.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Says why the command failed, on standard error.
    pub fn say_failure(self, failure: &Failure) {
        let text = if self.json { failure.to_json().to_string() } else { failure_text(failure) };
        self.say(&text);
    }
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
