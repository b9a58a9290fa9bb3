//! The gRPC server and the clients that call it.
//!
//! Every call passes the same layers, over TCP and in memory alike, outermost first: `observe` (span, trace context,
//! metrics) → `correct` (what tonic or a panic would answer becomes a proper refusal) → `admission` (a bound on calls at a
//! time) → `deadline` → [`access`](crate::access) → the service.
//!
//! The connection loop is ours instead of tonic's: tonic answers a lapsed `grpc-timeout` outside every layer, with
//! CANCELLED and without an `ErrorInfo`, and lets streams run past it.

mod admission;
mod client;
mod connection;
mod correct;
mod deadline;
mod ending;
mod limits;
mod listen;
mod middleware;
mod observe;
mod reflection;
mod server;
mod trailers;
mod unknown;

pub(crate) use ending::{end_request, end_response};
pub(crate) use middleware::{Inner, Middleware, Next};
pub(crate) use unknown::unknown;

pub use client::{AuthorizedChannel, ConnectError, WithToken, connect, with_token};
pub use deadline::Deadline;
pub use limits::{CALLS_MAX, TRANSPORT_MAX_BYTES, UNARY_DEADLINE_MAX};
pub use server::{Builder, Server};

#[cfg(test)]
mod tests;
