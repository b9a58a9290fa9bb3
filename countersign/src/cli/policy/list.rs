use clap::Args;
use countersign_api::candidate::v1::{ListPolicyRevisionsRequest, ListPolicyRevisionsResponse, PolicyRevision};

use super::show::brought_by;
use crate::candidate_text::short_digest;
use crate::cli::Context;
use crate::cli::pages::{PAGE_SIZE, all_pages};
use crate::failure::Failure;
use crate::output::{moment, table};
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign policy list
  countersign policy list --json | jq '.policy_revisions[] | {revision, candidate}'";

/// Lists which policies were in force since when, newest first.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct List {}

impl List {
    /// Lists them.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let policy_revisions = all_pages(async |page_token| {
                    let request = ListPolicyRevisionsRequest {
                        parent: session.workspace().to_string(),
                        page_size: PAGE_SIZE,
                        page_token,
                    };
                    let page = session.policies().list_policy_revisions(request).await?.into_inner();
                    Ok((page.policy_revisions, page.next_page_token))
                })
                .await?;
                let all = ListPolicyRevisionsResponse { policy_revisions, next_page_token: String::new() };
                context.console.message(&all, |all| rows(&all.policy_revisions))
            })
            .await
    }
}

fn rows(revisions: &[PolicyRevision]) -> String {
    table(
        ["revision", "in force since", "digest", "brought by"],
        revisions.iter().map(|revision| {
            [
                revision.revision.to_string(),
                moment(revision.apply_time.as_ref()),
                short_digest(&revision.policy_digest),
                brought_by(revision),
            ]
        }),
    )
}
