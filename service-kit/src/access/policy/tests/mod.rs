//! The policy against an oracle that knows nothing of it, and against files that must not come into force.

mod callers;
mod coverage;
mod differential;
mod files;
mod machines;
mod matrix;
mod oracle;
