//! Every bound of the service, by name.

/// The most bytes of one entry's content, after decoding.
pub const CONTENT_MAX_BYTES: usize = ledger_format::CONTENT_MAX_BYTES;

/// The most bytes of an idempotency key, a subject or a principal reference.
pub const TEXT_MAX_BYTES: usize = 255;

/// The most bytes of an entry's kind.
pub const KIND_MAX_BYTES: usize = 63;

/// The most entries of one `AppendEntries`.
pub const BATCH_MAX_ENTRIES: usize = 1_000;

/// The most proofs of one `ProveInclusion`.
pub const PROOFS_MAX: usize = 1_000;

/// A chunk of a read stream ends with the entry that brings it to this many bytes.
pub const CHUNK_BYTES: usize = 512 * 1024;

/// The most entries of one chunk of a read stream.
pub const CHUNK_MAX_ENTRIES: usize = 1_000;

/// The most items of one `AppendStream` that wait for their commit; above it the sender is pushed back.
pub const STREAM_MAX_IN_FLIGHT: usize = 1_024;

/// The most bytes of entries that wait for their commit, of all callers together.
pub const QUEUE_MAX_BYTES: usize = 64 * 1024 * 1024;

/// The least that [`QUEUE_MAX_BYTES`] can be set to: the largest message that the transport takes must fit.
pub const QUEUE_LEAST_BYTES: usize = 16 * 1024 * 1024;

/// The most bytes of the prefix of every log's origin, so that any workspace's origin fits a checkpoint.
pub const ORIGIN_PREFIX_MAX_BYTES: usize = 180;

/// The most bytes of a request id.
pub const REQUEST_ID_MAX_BYTES: usize = 128;

/// The most bytes of a reason for an erasure or a hold.
pub const REASON_MAX_BYTES: usize = 2_000;

/// The most bytes of the authority that contents are erased on.
pub const AUTHORITY_MAX_BYTES: usize = 500;
