//! L-3 and C-5 under power loss: an answer follows a completed sync of the log, begun after the last write of what it answers.

use super::{Ack, Connection, Syscall, Trace, wal::transactions};

/// What an answer promises: that these bytes are in that database for good.
#[derive(Debug, Clone)]
pub struct Promise {
    /// The answer.
    pub ack: Ack,
    /// The end of the path of the write-ahead log, such as `ledger.db-wal`.
    pub log: &'static str,
    /// Bytes that tell the transaction.
    pub bytes: Vec<u8>,
}

/// Why a promise does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// The answer is not in the trace.
    NotAnswered,
    /// No transaction that ended before the answer holds the bytes.
    NotWritten,
    /// Their transaction was not synced before the answer.
    NotSynced,
}

/// Holds a trace against a promise; returns the syncs that keep it, by their places among the calls.
///
/// # Errors
///
/// See [`Violation`].
pub fn check(trace: &Trace, connection: &Connection<'_>, promise: &Promise) -> Result<Vec<usize>, Violation> {
    let answered = connection.written_by(&promise.ack).ok_or(Violation::NotAnswered)?;
    let is_of_log = |call: &&Syscall| call.of.ends_with(promise.log);
    let writes = trace.calls.iter().filter(is_of_log).filter(|call| call.is_write());
    let written = transactions(writes).into_iter().find(|transaction| transaction.holds(&promise.bytes));
    let written = written.map(|transaction| transaction.ended()).filter(|ended| *ended < answered.begun);
    let written = written.ok_or(Violation::NotWritten)?;
    let keeps = |call: &Syscall| {
        call.is_sync() && call.result == Some(0) && call.begun > written && call.ended < answered.begun
    };
    let syncs = trace.calls.iter().enumerate().filter(|(_, call)| is_of_log(call) && keeps(call));
    let syncs: Vec<usize> = syncs.map(|(place, _)| place).collect();
    if syncs.is_empty() { Err(Violation::NotSynced) } else { Ok(syncs) }
}
