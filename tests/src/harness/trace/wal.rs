//! Transactions in what was written to a SQLite write-ahead log: <https://sqlite.org/fileformat2.html#walformat>.

use super::Syscall;

/// Bytes of a frame's header, which SQLite writes by itself before the page.
const FRAME_HEADER_BYTES: usize = 24;

/// One transaction: the calls that wrote its frames.
#[derive(Debug)]
pub struct Transaction<'a> {
    writes: Vec<&'a Syscall>,
}

impl Transaction<'_> {
    /// Tells whether one of its pages holds these bytes.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        self.writes.iter().any(|write| write.holds(bytes))
    }

    /// Returns the line at which its last write ended.
    pub fn ended(&self) -> usize {
        self.writes.iter().map(|write| write.ended).max().expect("a transaction has writes")
    }
}

/// Sorts the writes to one log into its transactions; what was begun and never committed is left out.
pub fn transactions<'a>(writes: impl Iterator<Item = &'a Syscall>) -> Vec<Transaction<'a>> {
    let mut transactions = Vec::new();
    let mut open: Vec<&Syscall> = Vec::new();
    let mut is_last = false;
    for write in writes {
        open.push(write);
        if write.bytes() == FRAME_HEADER_BYTES {
            // The frame that commits says how large the database is then; every other one says 0.
            is_last = write.data()[4..8] != [0; 4];
        } else if is_last {
            transactions.push(Transaction { writes: std::mem::take(&mut open) });
            is_last = false;
        }
    }
    transactions
}
