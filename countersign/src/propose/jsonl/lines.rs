use std::io::{self, BufRead};

use countersign_api::error::v1::ErrorReason;

use super::LineError;

/// The most bytes of one line: what is larger is no proposal, and is skipped without being held.
pub const LINE_MAX_BYTES: usize = 8 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The lines of a source, one at a time, each with its number from 1. Blank lines are skipped.
#[derive(Debug)]
pub struct LineReader<R> {
    source: R,
    number: u64,
    has_ended: bool,
}

impl<R: BufRead> LineReader<R> {
    /// Begins before the first line.
    pub fn new(source: R) -> Self {
        Self { source, number: 0, has_ended: false }
    }

    /// Reads one line without its end. Of a line over the limit only its length is known afterwards.
    fn read_line(&mut self) -> io::Result<Option<Result<Vec<u8>, usize>>> {
        let mut line = Vec::new();
        let mut length = 0_usize;
        let mut has_begun = false;
        loop {
            let buffered = match self.source.fill_buf() {
                Ok(buffered) => buffered,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffered.is_empty() {
                return Ok(has_begun.then_some(if length > LINE_MAX_BYTES { Err(length) } else { Ok(line) }));
            }
            has_begun = true;
            let end = buffered.iter().position(|byte| *byte == b'\n');
            let part = &buffered[..end.unwrap_or(buffered.len())];
            length += part.len();
            if length <= LINE_MAX_BYTES {
                line.extend_from_slice(part);
            } else {
                line = Vec::new();
            }
            let used = part.len() + usize::from(end.is_some());
            self.source.consume(used);
            if end.is_some() {
                return Ok(Some(if length > LINE_MAX_BYTES { Err(length) } else { Ok(line) }));
            }
        }
    }

    fn error(&self, reason: Option<ErrorReason>, what: String, mend: &str) -> LineError {
        let mend = mend.to_owned();
        LineError { line: self.number, column: None, request_id: None, field: None, reason, what, mend }
    }

    fn text(&self, mut line: Vec<u8>) -> Result<String, LineError> {
        if self.number == 1 && line.starts_with(BYTE_ORDER_MARK) {
            line.drain(..BYTE_ORDER_MARK.len());
        }
        String::from_utf8(line).map_err(|error| {
            let column = Some(error.utf8_error().valid_up_to() as u64 + 1);
            let not_text = self.error(Some(ErrorReason::RequestMalformed), "not UTF-8".to_owned(), "write it in UTF-8");
            LineError { column, ..not_text }
        })
    }
}

impl<R: BufRead> Iterator for LineReader<R> {
    type Item = Result<(u64, String), LineError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.has_ended {
            self.number += 1;
            let line = match self.read_line() {
                Ok(Some(Ok(line))) => line,
                Ok(Some(Err(length))) => {
                    let what = format!("it has `{length}` bytes, a line may have {LINE_MAX_BYTES}");
                    let mend = "shorten it: summarise the evidence and link its source";
                    return Some(Err(self.error(Some(ErrorReason::MessageTooLarge), what, mend)));
                }
                Ok(None) => return None,
                Err(error) => {
                    self.has_ended = true;
                    let what = format!("nothing can be read from here on: {error}");
                    return Some(Err(self.error(None, what, "propose the rest again once the source can be read")));
                }
            };
            match self.text(line) {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => return Some(Ok((self.number, text))),
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use super::*;

    fn read(text: &[u8]) -> Vec<Result<(u64, String), String>> {
        // A small buffer, so that lines cross its end.
        let lines = LineReader::new(BufReader::with_capacity(7, text));
        lines.map(|line| line.map_err(|error| error.to_string())).collect()
    }

    fn line(number: u64, text: &str) -> (u64, String) {
        (number, text.to_owned())
    }

    #[test]
    fn lines_are_numbered_as_an_editor_does() {
        assert_eq!(
            read(b"first line\n\n  \r\nfourth\r\nlast"),
            [Ok(line(1, "first line")), Ok(line(4, "fourth\r")), Ok(line(5, "last"))]
        );
        assert_eq!(read(b"\xef\xbb\xbf{}\n"), [Ok(line(1, "{}"))]);
        assert_eq!(read(b""), []);
    }

    #[test]
    fn bytes_that_are_no_text_are_named_and_the_next_line_is_read() {
        assert_eq!(read(b"ab\xffcd\nnext\n"), [Err("line 1, column 3: not UTF-8".to_owned()), Ok(line(2, "next"))]);
    }

    #[test]
    fn the_longest_line_is_read_and_a_longer_one_is_skipped() {
        let mut text = vec![b'x'; LINE_MAX_BYTES];
        text.extend(b"\n");
        text.extend(vec![b'y'; LINE_MAX_BYTES + 1]);
        text.extend(b"\nnext");
        let lines: Vec<_> = LineReader::new(BufReader::new(&text[..])).collect();
        assert!(lines[0].as_ref().is_ok_and(|(_, line)| line.len() == LINE_MAX_BYTES));
        let skipped = lines[1].as_ref().expect_err("too long").to_string();
        assert!(skipped.starts_with("line 2: it has `8388609` bytes"), "{skipped}");
        assert_eq!(lines[2], Ok((3, "next".to_owned())));
    }

    /// A source that breaks after its first line.
    struct Breaking(bool);

    impl Read for Breaking {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(io::Error::other("the disk is gone"));
            }
            into[..3].copy_from_slice(b"{}\n");
            Ok(3)
        }
    }

    #[test]
    fn a_source_that_breaks_says_so_once() {
        let lines: Vec<_> = LineReader::new(BufReader::new(Breaking(false))).collect();
        assert_eq!(lines[0], Ok((1, "{}".to_owned())));
        assert!(
            lines[1].as_ref().is_err_and(|error| error.line == 2
                && error.reason.is_none()
                && error.what.contains("the disk is gone"))
        );
        assert_eq!(lines.len(), 2);
    }
}
