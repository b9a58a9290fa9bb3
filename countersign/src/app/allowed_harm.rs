use analytics::{AllowedHarm, PolicyUnread};
use candidate_svc::policy::Policy;
use countersign_api::candidate::v1::GetPolicyRevisionRequest;
use countersign_api::candidate::v1::policy_service_client::PolicyServiceClient;
use countersign_api::name::Workspace;
use futures::future::BoxFuture;
use service_kit::grpc::AuthorizedChannel;

/// Asks candidate-svc how much harm the review policy in force allows.
pub struct PolicyInForce(pub PolicyServiceClient<AuthorizedChannel>);

impl PolicyInForce {
    async fn ask(&self, workspace: &Workspace) -> Result<Option<u32>, PolicyUnread> {
        let request = GetPolicyRevisionRequest { name: format!("{workspace}/policyRevisions/-") };
        let answer =
            self.0.clone().get_policy_revision(request).await.map_err(|error| PolicyUnread(Box::new(error)))?;
        let text = answer.into_inner().policy_revision.unwrap_or_default().policy_toml;
        let policy = Policy::read("policy_toml", &text).map_err(|error| PolicyUnread(Box::new(error)))?;
        Ok(policy.harm_at_most_per_mille())
    }
}

impl AllowedHarm for PolicyInForce {
    fn per_mille<'a>(&'a self, workspace: &'a Workspace) -> BoxFuture<'a, Result<Option<u32>, PolicyUnread>> {
        Box::pin(self.ask(workspace))
    }
}

impl std::fmt::Debug for PolicyInForce {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PolicyInForce").finish_non_exhaustive()
    }
}
