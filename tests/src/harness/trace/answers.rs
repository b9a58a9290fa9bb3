//! When a server answered whom: HTTP/2 frames in what it wrote to a connection, RFC 9113.

use super::{Syscall, Trace};

/// Bytes of a frame's header.
const HEADER_BYTES: usize = 9;

/// Frames that carry an answer.
const DATA: u8 = 0;
const HEADERS: u8 = 1;

/// An answer to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ack {
    /// The answer to the call of this number on its connection, counted from 0: the first frame of its stream.
    Call(usize),
    /// The item of a stream of answers that holds these bytes.
    Item(Vec<u8>),
}

/// Everything the server wrote to one connection.
#[derive(Debug)]
pub struct Connection<'a> {
    frames: Vec<Frame<'a>>,
}

#[derive(Debug)]
struct Frame<'a> {
    kind: u8,
    stream: usize,
    payload: Vec<u8>,
    /// The call that wrote its first byte.
    written_by: &'a Syscall,
}

impl<'a> Connection<'a> {
    /// Reads the one connection to this address that has answers on it.
    ///
    /// # Panics
    ///
    /// When there is none, or more than one.
    pub fn to(trace: &'a Trace, address: &str) -> Self {
        let server = format!("TCP:[{address}->");
        let mut ends: Vec<&str> = trace.calls.iter().map(|call| call.of.as_str()).collect();
        ends.retain(|of| of.starts_with(&server));
        ends.sort_unstable();
        ends.dedup();
        let [of] = ends[..] else { panic!("one connection to {address}, not {ends:?}") };
        let writes = trace.calls.iter().filter(|call| call.of == of && call.is_write());
        Self { frames: frames(writes) }
    }

    /// Returns the call that began to write an answer.
    pub fn written_by(&self, ack: &Ack) -> Option<&'a Syscall> {
        let is_it = |frame: &&Frame<'_>| match ack {
            Ack::Call(number) => frame.stream == 2 * number + 1 && matches!(frame.kind, DATA | HEADERS),
            Ack::Item(bytes) => frame.kind == DATA && holds(&frame.payload, bytes),
        };
        self.frames.iter().find(is_it).map(|frame| frame.written_by)
    }
}

/// Tells whether bytes stand somewhere in others.
fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn frames<'a>(writes: impl Iterator<Item = &'a Syscall>) -> Vec<Frame<'a>> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut starts: Vec<(usize, &Syscall)> = Vec::new();
    for call in writes {
        // A short write took only so many of them.
        let data = call.data();
        let taken = call.result.map_or(data.len(), |result| usize::try_from(result).unwrap_or(0));
        starts.push((bytes.len(), call));
        bytes.extend(&data[..taken.min(data.len())]);
    }
    let mut frames = Vec::new();
    let mut at = 0;
    while at + HEADER_BYTES <= bytes.len() {
        let number = |range: std::ops::Range<usize>| bytes[range].iter().fold(0, |n, &b| (n << 8) | usize::from(b));
        let end = (at + HEADER_BYTES + number(at..at + 3)).min(bytes.len());
        let written_by = starts.iter().rev().find(|(start, _)| *start <= at).expect("some call wrote it").1;
        let stream = number(at + 5..at + 9) & 0x7fff_ffff;
        frames.push(Frame { kind: bytes[at + 3], stream, payload: bytes[at + HEADER_BYTES..end].to_vec(), written_by });
        at = end;
    }
    frames
}
