use std::time::Duration;

/// The largest message that a server or client takes. Items are far smaller: this bounds batches.
pub const TRANSPORT_MAX_BYTES: usize = 8 * 1024 * 1024;

/// The most calls, streams included, that one server works on at a time.
pub const CALLS_MAX: usize = 2_048;

/// The most calls at a time on one connection.
pub(super) const CALLS_PER_CONNECTION_MAX: u32 = 1_024;

/// How long a unary call may take when its caller sets no shorter deadline.
pub const UNARY_DEADLINE_MAX: Duration = Duration::from_mins(5);

/// How soon a caller should come back who found [`CALLS_MAX`] calls at work.
pub(super) const RETRY_AFTER: Duration = Duration::from_millis(200);

/// Bytes in flight on one stream before the sender waits.
pub(super) const STREAM_WINDOW_BYTES: u32 = 1024 * 1024;

/// Bytes in flight on one connection before senders wait.
pub(super) const CONNECTION_WINDOW_BYTES: u32 = 4 * 1024 * 1024;

/// The largest set of headers that a request may have.
pub(super) const HEADERS_MAX_BYTES: u32 = 16 * 1024;

/// How often a silent connection is asked whether it still lives.
pub(super) const PING_EVERY: Duration = Duration::from_secs(30);

/// How long the answer to that may take.
pub(super) const PING_WITHIN: Duration = Duration::from_secs(20);

/// How long a connection attempt may take.
pub(super) const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Bytes buffered each way in an in-memory connection.
pub(super) const IN_MEMORY_BUFFER_BYTES: usize = 256 * 1024;
