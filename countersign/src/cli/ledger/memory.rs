use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{self, PathBuf};

use analytics::export::Remembered;
use clap::Args;
use ledger_format::Hash;
use serde::{Deserialize, Serialize};
use service_kit::data_dir::write_secret;

use crate::cli::Context;
use crate::failure::Failure;

/// The file in the data folder that remembers, when no other is named.
const FILE: &str = "verified.json";

/// What is remembered of each log that was verified: the checkpoint that every later one must have grown from.
#[derive(Debug, Args)]
pub struct Memory {
    /// The file that remembers size and root of each log verified, to hold the next verification to them; without it, the
    /// data folder's `verified.json`.
    #[arg(long, value_name = "FILE")]
    memory: Option<PathBuf>,
}

/// The file's content.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Logs {
    /// By origin.
    logs: BTreeMap<String, Checkpoint>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checkpoint {
    size: u64,
    root: Hash,
}

impl Memory {
    /// Returns what is remembered of a log; none when it is seen for the first time.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when the file is there and cannot be read: a memory that is damaged must not pass for none.
    pub fn of(&self, context: &Context, origin: &str) -> Result<Option<Remembered>, Failure> {
        let logs = read(&self.file(context))?;
        Ok(logs.logs.get(origin).map(|&Checkpoint { size, root }| Remembered { size, root }))
    }

    /// Remembers what was verified, once it was held to what was remembered before. Never goes back: of two verifications that ran at
    /// once, the larger is kept.
    ///
    /// Where nobody named a file and the data folder cannot be written, as on a copy for reading alone, that is said and no more.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] naming the file.
    pub fn keep(&self, context: &Context, verified: &[(String, Remembered)]) -> Result<(), Failure> {
        let file = self.file(context);
        let mut logs = read(&file)?;
        for (origin, Remembered { size, root }) in verified {
            let known = logs.logs.entry(origin.clone()).or_insert(Checkpoint { size: *size, root: *root });
            if known.size < *size {
                *known = Checkpoint { size: *size, root: *root };
            }
        }
        let text = serde_json::to_string_pretty(&logs).map_err(Failure::fault)?;
        let place = path::absolute(&file).map_err(|error| Failure::file(&file, error))?;
        match write_secret(&place, format!("{text}\n").as_bytes()) {
            Ok(()) => Ok(()),
            Err(error) if self.memory.is_none() => {
                context.console.say(&format!("not remembered for the next time: {error}; name a file by `--memory`"));
                Ok(())
            }
            Err(error) => Err(Failure::unreachable(error)),
        }
    }

    /// Tells whether the caller named it, and so asks to be held to it.
    pub const fn is_named(&self) -> bool {
        self.memory.is_some()
    }

    fn file(&self, context: &Context) -> PathBuf {
        self.memory.clone().unwrap_or_else(|| context.place.data_dir.join(FILE))
    }
}

fn read(file: &path::Path) -> Result<Logs, Failure> {
    match fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
            let mend =
                "bring it back as it was written, or name another by `--memory` and compare the checkpoints yourself";
            Failure::file(file, format!("it remembers nothing that can be read: {error}; {mend}"))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Logs::default()),
        Err(error) => Err(Failure::file(file, error)),
    }
}
