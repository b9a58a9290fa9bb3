use countersign_api::ledger::v1::GetEntryRequest;
use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use countersign_api::name::{CandidateName, Workspace};
use ledger_format::Leaf;
use service_kit::grpc::AuthorizedChannel;

use super::closing;
use crate::failure::Failure;

/// Returns how many entries whoever watches candidates must have seen to know all that was recorded about them: what was recorded
/// last and is about something else is never shown to them, and nobody may wait for it.
///
/// # Errors
/// The server's refusal.
pub async fn size_to_catch_up_with(channel: AuthorizedChannel, workspace: &Workspace) -> Result<u64, Failure> {
    let mut size = closing::recorded_size(channel.clone(), workspace, 0).await?;
    let mut ledger = LedgerServiceClient::new(channel);
    while let Some(index) = size.checked_sub(1) {
        let index = i64::try_from(index).unwrap_or(i64::MAX);
        let request = GetEntryRequest { parent: workspace.to_string(), index };
        let entry = ledger.get_entry(request).await?.into_inner().entry.unwrap_or_default();
        if is_about_a_candidate(&entry.leaf) {
            break;
        }
        size -= 1;
    }
    Ok(size)
}

fn is_about_a_candidate(leaf: &[u8]) -> bool {
    Leaf::decode(leaf).is_ok_and(|leaf| leaf.subject.parse::<CandidateName>().is_ok())
}

#[cfg(test)]
mod tests {
    use countersign_api::candidate::v1::GrantStandingApprovalRequest;
    use countersign_api::candidate::v1::standing_approval_service_client::StandingApprovalServiceClient;
    use service_kit::access::Role;
    use service_kit::clock::{Clock as _, SystemClock};

    use super::*;
    use crate::app::{App, Config, Execution, Folder, principals};

    const POLICY: &str = r#"
[default]
reason = "a short look"
quorum = 1
four_eyes = true
approver_roles = ["reviewer"]
path = "LIGHT"
expire_after_days = 14
approval_valid_for_days = 7

[[rules]]
reason = "what is of high risk is looked at"
when.risk_tiers = ["HIGH"]
path = "STRICT"
"#;

    /// Nobody who watches candidates is ever shown a grant: a demo that waited for it would wait for ever.
    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_recorded_last_about_something_else_is_not_waited_for() {
        let data = tempfile::tempdir().expect("a folder");
        std::fs::write(data.path().join("policy.toml"), POLICY).expect("written");
        let folder = Folder::take(data.path()).expect("nobody else has it");
        let app = App::start(folder, Config::of(Execution::Off)).await.expect("it starts");
        let workspace: Workspace = "workspaces/demo".parse().expect("a name");
        let channel = |id, role| app.channel_as(principals::of_workspace(id, role, &workspace));
        let until = SystemClock.now().as_second() + 60 * 60;
        let request = GrantStandingApprovalRequest {
            parent: workspace.to_string(),
            request_id: "g".into(),
            action_type: "add_note".into(),
            proposer: "generators/rules".into(),
            use_limit: 1,
            audit_per_mille: 100,
            expire_time: Some(prost_types::Timestamp { seconds: until, nanos: 0 }),
            reason: "These were always right.".into(),
            ..GrantStandingApprovalRequest::default()
        };
        let mut people = StandingApprovalServiceClient::new(channel("humans/anna", Role::Reviewer));
        people.grant_standing_approval(request).await.expect("granted");

        let auditor = channel("services/demonstration", Role::Auditor);
        assert_eq!(closing::recorded_size(auditor.clone(), &workspace, 1).await.expect("recorded"), 1);
        assert_eq!(size_to_catch_up_with(auditor, &workspace).await.expect("a size"), 0);
        app.drain().await.expect("a drain");
    }
}
