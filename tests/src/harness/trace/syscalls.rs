//! Reads the lines of `strace -f -yy -xx`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Characters of an escaped byte.
const ESCAPED: usize = 4;

/// One call: what it was given, what came of it, and between which lines of the trace it ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syscall {
    /// Its name.
    pub name: String,
    /// The path of the file, or the two ends of the connection, that its descriptor is of.
    pub of: String,
    /// The bytes it was given, all buffers joined, each as `strace` writes it: `\x2f`.
    escaped: Arc<str>,
    /// What it returned; `None` while it had not.
    pub result: Option<i64>,
    /// The line at which it began.
    pub begun: usize,
    /// The line at which it ended; `usize::MAX` when it did not.
    pub ended: usize,
}

/// All calls, in the order in which they began.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The calls.
    pub calls: Vec<Syscall>,
}

impl Trace {
    /// Reads a trace.
    ///
    /// # Panics
    ///
    /// At a line that is not one of `strace`'s.
    pub fn parse(text: &str) -> Self {
        let mut calls: Vec<Syscall> = Vec::new();
        let mut running: HashMap<&str, usize> = HashMap::new();
        for (number, line) in text.lines().enumerate() {
            let (thread, rest) = line.trim_start().split_once(' ').expect("a line begins with its thread");
            let rest = rest.trim_start();
            if rest.starts_with("+++") || rest.starts_with("---") {
                continue;
            }
            if let Some(resumed) = rest.strip_prefix("<... ") {
                // A call that began before the trace did has no beginning here.
                if let Some(call) = running.remove(thread) {
                    calls[call].result = result(resumed);
                    calls[call].ended = number;
                }
                continue;
            }
            let (name, arguments) = rest.split_once('(').unwrap_or_else(|| panic!("no call in `{rest}`"));
            let is_unfinished = arguments.ends_with("<unfinished ...>");
            calls.push(Syscall {
                name: name.to_owned(),
                of: of(arguments),
                escaped: quoted(arguments).into(),
                result: if is_unfinished { None } else { result(arguments) },
                begun: number,
                ended: if is_unfinished { usize::MAX } else { number },
            });
            if is_unfinished {
                running.insert(thread, calls.len() - 1);
            }
        }
        Self { calls }
    }
}

impl Syscall {
    /// Tells whether it made a file last.
    pub fn is_sync(&self) -> bool {
        matches!(self.name.as_str(), "fsync" | "fdatasync")
    }

    /// Returns the bytes it was given.
    pub fn data(&self) -> Vec<u8> {
        unescape(&self.escaped)
    }

    /// Returns how many bytes it was given.
    pub fn bytes(&self) -> usize {
        self.escaped.len() / ESCAPED
    }

    /// Tells whether bytes stand somewhere in what it was given.
    pub fn holds(&self, wanted: &[u8]) -> bool {
        self.escaped.contains(&escape(wanted))
    }

    /// Tells whether it wrote to a file or connection.
    pub fn is_write(&self) -> bool {
        !self.is_sync()
    }
}

/// Reads what stands in the angle brackets after the descriptor: escaped digits of a path, or a connection as it is.
fn of(arguments: &str) -> String {
    let Some((_, rest)) = arguments.split_once('<') else { return String::new() };
    let end =
        if rest.starts_with("TCP") { rest.find("]>").map_or(0, |end| end + 1) } else { rest.find('>').unwrap_or(0) };
    let text = &rest[..end];
    if text.starts_with("\\x") { String::from_utf8_lossy(&unescape(text)).into_owned() } else { text.to_owned() }
}

/// Joins the strings in quotation marks.
fn quoted(arguments: &str) -> String {
    // Every byte is escaped: no quotation mark stands inside one.
    arguments.split('"').skip(1).step_by(2).collect()
}

fn escape(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "\\x{byte:02x}").expect("a string takes anything");
        text
    })
}

fn unescape(text: &str) -> Vec<u8> {
    let byte = |digits: &str| u8::from_str_radix(digits, 16).unwrap_or_else(|_| panic!("`{digits}` is no byte"));
    text.split("\\x").skip(1).map(byte).collect()
}

fn result(text: &str) -> Option<i64> {
    let (_, after) = text.rsplit_once(" = ")?;
    after.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_with_their_bytes_and_their_ends() {
        let text = "7 pwrite64(3<\\x2f\\x61>, \"\\x68\\x69\", 2, 0) = 2\n8 fsync(3<\\x2f\\x61> <unfinished ...>\n\
                    9 writev(4<TCP:[127.0.0.1:1->127.0.0.1:2]>, [{iov_base=\"\\x01\", iov_len=1}, {iov_base=\"\\x02\", iov_len=1}], 2) = 2\n\
                    8 <... fsync resumed>) = -1 EIO (Input/output error) (INJECTED)\n8 +++ exited with 0 +++\n";
        let calls = Trace::parse(text).calls;
        assert_eq!(calls.len(), 3);
        assert_eq!((calls[0].of.as_str(), calls[0].data().as_slice(), calls[0].result), ("/a", &b"hi"[..], Some(2)));
        assert_eq!((calls[1].is_sync(), calls[1].begun, calls[1].ended, calls[1].result), (true, 1, 3, Some(-1)));
        assert!(calls[0].holds(b"i") && !calls[0].holds(b"ih"));
        assert_eq!((calls[2].of.as_str(), calls[2].data().as_slice()), ("TCP:[127.0.0.1:1->127.0.0.1:2]", &[1, 2][..]));
    }
}
