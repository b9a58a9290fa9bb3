use std::fmt;

use async_trait::async_trait;

use super::{Call, Done, Failed};

/// Something that a connector can do to its target system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The name that action types of the catalogue refer to, e.g. `create_task`.
    pub name: &'static str,
    /// Whether the same call under the same idempotency key takes effect at most once, however often it is made.
    pub retry_safe: bool,
}

/// Acts in one target system.
///
/// A connector MUST send the call's payload as it stands and pass the idempotency key on. It MUST answer
/// [`Failed::Refused`] only when it knows that nothing was done; whatever it cannot tell is [`Failed::Unknown`]. It may be
/// dropped in the middle of [`Connector::execute`], when the call's deadline is over: the caller then takes the outcome
/// as unknown.
#[async_trait]
pub trait Connector: Send + Sync + fmt::Debug {
    /// Names the target system, e.g. `sandbox`.
    fn system(&self) -> &'static str;

    /// Lists what it can do.
    fn operations(&self) -> &[Operation];

    /// Does what the call says, once.
    ///
    /// # Errors
    ///
    /// [`Failed::Refused`] when nothing was done, [`Failed::Unknown`] when nobody can tell.
    async fn execute(&self, call: &Call) -> Result<Done, Failed>;
}
