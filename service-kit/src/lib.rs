//! What every Countersign process is built on: clock and ids as arguments, access, the gRPC server and its clients,
//! stores that do not lose what they acknowledged, telemetry, and an orderly end.
//!
//! # What it promises
//!
//! - No call reaches a service without a valid token and a right to that very rpc; what no rule permits is closed. A
//!   stream ends with its token.
//! - Every refusal is a `google.rpc.Status` with exactly one `ErrorInfo`, also where tonic, a deadline or a panic refuses.
//! - A writer answers after the commit, never before; its queue is bounded; after a failure it writes no more.
//! - A database that could lose an acknowledged write is not opened.
//! - Time and randomness come in through [`clock`] and [`ids`] and nowhere else; tasks start through [`shutdown`].
//!
//! # What it leaves out on purpose
//!
//! Anything about candidates or the ledger; whether this person may decide on this candidate (the review policy's business);
//! TLS, which the deployment's edge ends. Nothing here retries: a caller who may safely send again knows its request id.
//!
//! # How a call flows, by file
//!
//! 1. `grpc/client.rs` puts token and `traceparent` on the call; `grpc/listen.rs`, or the in-memory channel, hands the
//!    connection to `grpc/connection.rs`, which speaks HTTP/2 and calls the stack that `grpc/server.rs` built.
//! 2. `grpc/observe.rs` opens the span in the caller's trace and counts; `grpc/correct.rs` stands guard over whatever comes
//!    back; `grpc/admission.rs` refuses above the bound; `grpc/deadline.rs` starts the clock.
//! 3. `access/layer.rs` takes the bearer token, `access/directory.rs` resolves it from memory or `access/store/`, and
//!    `access/gate.rs` asks the policy in `access/policy/` whether this principal may call this rpc; `access/hold.rs` ends
//!    the call when the token does.
//! 4. The service's handler reads its [`call::CallContext`], has the gate asked about the workspace with it, and submits a job to its
//!    `group_commit/submit.rs`; `group_commit/run.rs` takes what waits into one commit on the connection that
//!    `database/open.rs` opened, and answers each job after it.
//! 5. The answer, or a [`rejection::Rejection`], goes back out through the same layers; `grpc/trailers.rs` shows them its
//!    code, `grpc/observe.rs` writes it down.
//!
//! On SIGTERM `shutdown/` ends all this in order: listeners first, then the calls at work, then the writers they needed.

pub mod access;
pub mod call;
pub mod clock;
pub mod data_dir;
pub mod database;
pub mod fdatasync;
pub mod group_commit;
pub mod grpc;
pub mod health;
pub mod http;
pub mod ids;
pub mod metrics;
pub mod page;
pub mod rejection;
pub mod shutdown;
pub mod telemetry;
