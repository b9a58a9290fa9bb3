//! Who may call what: rules in Cedar, and the two that no file can change.
//!
//! A question is a principal, an rpc and, once the message is read, a workspace. Its answer comes in this order, and the
//! first refusal stands:
//!
//! 1. `ceiling.rs`: a machine never calls what only people do. In code, so that it holds under any policy file.
//! 2. The token's own workspace ([`Scope`](super::Scope)): the boundary between tenants, in code for the same reason.
//! 3. `remembered.rs`: the answer given to the same question before.
//! 4. `rules.rs`: Cedar, over the file in force. What goes wrong there is a refusal.
//!
//! Before a file comes into force, `trial.rs` asks its rules about everything that there is to ask (`questions.rs`).
//!
//! A policy never changes while it is in force: another file is another start.

mod access_policy;
mod asked;
mod ceiling;
mod error;
mod question;
mod questions;
mod refusal;
mod remembered;
mod rules;
mod schema;
mod trial;

#[cfg(test)]
mod tests;

pub use access_policy::AccessPolicy;
pub use error::Error as AccessPolicyError;
pub use refusal::Refusal;
pub use remembered::ANSWERS_MAX;
