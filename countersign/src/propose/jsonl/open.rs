use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::thread;

use futures::stream::{BoxStream, StreamExt as _};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::LineError;
use super::item::read_item;
use super::lines::LineReader;
use crate::propose::Item;

/// How many items are read ahead of the one that is asked for.
const READ_AHEAD_MAX: usize = 8;

/// The name of standard input.
const STANDARD_INPUT: &str = "-";

/// Proposals as their lines are read.
pub type Lines = BoxStream<'static, Result<Item, LineError>>;

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such file, or it cannot be read.
    #[error("`{file}` cannot be opened; name a file of proposals, or `-` for standard input")]
    File {
        /// The file.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// The system gives no thread to read on.
    #[error("there is no thread to read `{file}` on; let the system have more of them")]
    Thread {
        /// The file.
        file: String,
        /// What the system says.
        source: io::Error,
    },
}

/// Opens a file of proposals, `-` for standard input. It is read as it is asked for, whatever its size.
///
/// # Errors
/// When the file cannot be opened.
pub fn open(path: &Path) -> Result<Lines, OpenError> {
    let file = path.display().to_string();
    if file == STANDARD_INPUT {
        return spawn(file, || BufReader::new(io::stdin()));
    }
    let open = || {
        let opened = File::open(path)?;
        if opened.metadata()?.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(opened) }
    };
    match open() {
        Ok(opened) => spawn(file, move || BufReader::new(opened)),
        Err(source) => Err(OpenError::File { file, source }),
    }
}

/// Reads on a thread that nobody waits for: one that waits for standard input must not keep the process.
fn spawn<R: BufRead>(file: String, source: impl FnOnce() -> R + Send + 'static) -> Result<Lines, OpenError> {
    let (items, lines) = mpsc::channel(READ_AHEAD_MAX);
    let read = move || {
        for line in LineReader::new(source()) {
            let item = line.and_then(|(number, text)| read_item(number, &text));
            if items.blocking_send(item).is_err() {
                // Nobody wants more.
                return;
            }
        }
    };
    match thread::Builder::new().name("proposals".to_owned()).spawn(read) {
        Ok(_) => Ok(ReceiverStream::new(lines).boxed()),
        Err(source) => Err(OpenError::Thread { file, source }),
    }
}
