use analytics::{AllowedHarm, PolicyUnread};
use candidate_svc::PolicyReader;
use countersign_api::name::Workspace;
use futures::future::BoxFuture;

/// Asks candidate-svc how much harm the review policy in force allows.
#[derive(Debug)]
pub struct PolicyInForce(pub PolicyReader);

impl AllowedHarm for PolicyInForce {
    fn per_mille<'a>(&'a self, workspace: &'a Workspace) -> BoxFuture<'a, Result<Option<u32>, PolicyUnread>> {
        Box::pin(async move {
            let policy = self.0.in_force(workspace).await.map_err(|error| PolicyUnread(Box::new(error)))?;
            Ok(policy.and_then(|policy| policy.harm_at_most_per_mille()))
        })
    }
}
