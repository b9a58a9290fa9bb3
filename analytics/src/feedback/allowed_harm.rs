//! How much harm the review policy in force allows.

use std::error::Error;
use std::fmt;

use countersign_api::name::Workspace;
use futures::future::BoxFuture;

/// Says how much harm the review policy in force in a workspace allows, of 1,000 candidates; none where it says nothing of it. A report is
/// made under what holds when it is made, and says what that was.
pub trait AllowedHarm: fmt::Debug + Send + Sync {
    /// Asks.
    fn per_mille<'a>(&'a self, workspace: &'a Workspace) -> BoxFuture<'a, Result<Option<u32>, PolicyUnread>>;
}

/// The policy in force cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the review policy in force can not be read")]
pub struct PolicyUnread(#[source] pub Box<dyn Error + Send + Sync>);
