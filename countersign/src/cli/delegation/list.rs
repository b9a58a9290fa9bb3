use clap::Args;
use countersign_api::candidate::v1::{Delegation, ListDelegationsRequest, ListDelegationsResponse};

use crate::cli::Context;
use crate::cli::pages::{PAGE_SIZE, all_pages};
use crate::failure::Failure;
use crate::output::{moment, table};
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign delegation list
  countersign delegation list --json | jq -r .delegations[].delegate";

/// Lists delegations that have not ended, the next to end first.
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
                let delegations = all_pages(async |page_token| {
                    let request = ListDelegationsRequest {
                        parent: session.workspace().to_string(),
                        page_size: PAGE_SIZE,
                        page_token,
                    };
                    let page = session.review().list_delegations(request).await?.into_inner();
                    Ok((page.delegations, page.next_page_token))
                })
                .await?;
                let all = ListDelegationsResponse { delegations, next_page_token: String::new() };
                if all.delegations.is_empty() {
                    context.console.say("nobody's turn passes to another");
                }
                context.console.message(&all, |all| rows(&all.delegations))
            })
            .await
    }
}

/// Lays delegations out, a line each.
pub fn rows(delegations: &[Delegation]) -> String {
    table(
        ["delegation", "of", "to", "from", "until", "note", "made by"],
        delegations.iter().map(|delegation| {
            [
                id_of(&delegation.name).to_owned(),
                delegation.delegator.clone(),
                delegation.delegate.clone(),
                moment(delegation.start_time.as_ref()),
                moment(delegation.end_time.as_ref()),
                delegation.note.clone(),
                delegation.created_by.clone(),
            ]
        }),
    )
}

/// Returns the id of a delegation's name.
pub fn id_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
