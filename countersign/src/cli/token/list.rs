use clap::Args;
use countersign_api::access::v1::{ListTokensRequest, ListTokensResponse, Token};

use super::role_names;
use crate::cli::Context;
use crate::cli::pages::{PAGE_SIZE, all_pages};
use crate::failure::Failure;
use crate::output::{moment, moment_or, table};
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign token list
  countersign token list --json | jq -r .tokens[].name";

/// Lists tokens, newest first, revoked ones included, without their secrets.
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
                let tokens = all_pages(async |page_token| {
                    let request = ListTokensRequest { page_size: PAGE_SIZE, page_token };
                    let page = session.tokens().list_tokens(request).await?.into_inner();
                    Ok((page.tokens, page.next_page_token))
                })
                .await?;
                let all = ListTokensResponse { tokens, next_page_token: String::new() };
                context.console.message(&all, |all| rows(&all.tokens))
            })
            .await
    }
}

fn rows(tokens: &[Token]) -> String {
    table(
        ["token", "principal", "workspace", "roles", "made", "expires", "revoked"],
        tokens.iter().map(|token| {
            [
                token.name.strip_prefix("tokens/").unwrap_or(&token.name).to_owned(),
                token.principal.as_ref().map_or_else(String::new, |principal| principal.id.clone()),
                token.workspace.strip_prefix("workspaces/").unwrap_or(&token.workspace).to_owned(),
                role_names(token),
                moment(token.create_time.as_ref()),
                moment_or(token.expire_time.as_ref(), "never"),
                moment_or(token.revoke_time.as_ref(), "no"),
            ]
        }),
    )
}
