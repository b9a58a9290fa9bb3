use std::collections::BTreeMap;

use clap::Args;
use countersign_api::candidate::v1::{Candidate, Facet, ListCandidatesRequest, ListCandidatesResponse};
use serde_json::json;

use super::count;
use super::selection::Selection;
use crate::candidate_text::{confidence_name, joined, risk_name, short_id, state_name};
use crate::cli::number::parse_count;
use crate::cli::{Context, workspaces};
use crate::failure::Failure;
use crate::output::{facts, moment, table};
use crate::session::{Missing, Session};

const EXAMPLES: &str = "\
Examples:
  countersign candidate list
  countersign candidate list --state proposed --risk high
  countersign candidate list --turn me --order-by 'risk desc'
  countersign candidate list --filter 'owner = \"humans/anna\" AND NOT state = EXECUTED' --limit 200
  countersign candidate list --count
  countersign candidate list --state failed --json | jq -r .candidates[].name";

const PAGE_MAX: u32 = 1_000;

/// Lists candidates, newest first.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct List {
    #[command(flatten)]
    selection: Selection,
    /// `create_time`, `update_time`, `due_time` or `risk`, with ` desc` for the newest, or highest, first.
    #[arg(long, value_name = "ORDER", default_value = "create_time desc")]
    order_by: String,
    /// At most this many.
    #[arg(long, value_name = "COUNT", default_value = "50", value_parser = parse_count)]
    limit: u32,
    /// Counts them by state instead, all of them.
    #[arg(long, conflicts_with = "limit")]
    count: bool,
}

impl List {
    /// Lists them.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                if self.count {
                    return self.show_count(context, session).await;
                }
                let (found, more) = self.read(session).await?;
                if found.is_empty() {
                    workspaces::refuse_unknown(context, session).await?;
                    context.console.say("there is no such candidate");
                }
                let response = ListCandidatesResponse { candidates: found, next_page_token: more };
                context.console.message(&response, |response| rows(&response.candidates))?;
                if !response.next_page_token.is_empty() {
                    context.console.say("there are more: raise `--limit` or narrow the list");
                }
                Ok(())
            })
            .await
    }

    async fn read(&self, session: &Session) -> Result<(Vec<Candidate>, String), Failure> {
        let mut found = Vec::new();
        let mut page_token = String::new();
        let mut left = self.limit;
        while left > 0 {
            let page = self.read_page(session, left.min(PAGE_MAX), page_token).await?;
            left = left.saturating_sub(page.candidates.len().try_into().unwrap_or(u32::MAX));
            found.extend(page.candidates);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        Ok((found, page_token))
    }

    async fn show_count(&self, context: &Context, session: &Session) -> Result<(), Failure> {
        let counted = count::count(session, self.selection.filter(), &[Facet::State]).await?;
        if counted.total == 0 {
            workspaces::refuse_unknown(context, session).await?;
        }
        let by_state: BTreeMap<String, i64> =
            counted.facets.into_iter().flat_map(|facet| facet.values).map(|it| (it.value, it.count)).collect();
        if context.console.is_json() {
            return context.console.json(&json!({ "candidates_by_state": by_state }));
        }
        if by_state.is_empty() {
            context.console.say("there is no such candidate");
            return Ok(());
        }
        context.console.data(&facts(by_state.iter().map(|(state, count)| (state.as_str(), count.to_string()))))
    }

    async fn read_page(
        &self,
        session: &Session,
        page_size: u32,
        page_token: String,
    ) -> Result<ListCandidatesResponse, Failure> {
        let request = ListCandidatesRequest {
            parent: session.workspace().to_string(),
            page_size: page_size.try_into().expect("invariant: a page has at most 1,000"),
            page_token,
            filter: self.selection.filter(),
            order_by: self.order_by.clone(),
        };
        Ok(session.review().list_candidates(request).await?.into_inner())
    }
}

fn rows(candidates: &[Candidate]) -> String {
    table(
        ["id", "state", "action", "risk", "confidence", "owner", "record", "proposed"],
        candidates.iter().map(|candidate| {
            let record = candidate.record.as_ref().map_or_else(String::new, |record| {
                joined(" ", [&record.object_type, &record.id, &record.display_name])
            });
            [
                short_id(&candidate.name).to_owned(),
                state_name(candidate.state).to_owned(),
                candidate.action_type.clone(),
                risk_name(candidate.risk.as_ref()).to_owned(),
                confidence_name(candidate.confidence.as_ref()).to_owned(),
                candidate.owner.clone(),
                record,
                moment(candidate.create_time.as_ref()),
            ]
        }),
    )
}
