use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use countersign_api::candidate::v1::{Candidate, ListCandidatesRequest, ListCandidatesResponse};
use serde_json::json;

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
  countersign candidate list --filter 'owner = \"humans/anna\" AND NOT state = EXECUTED' --limit 200
  countersign candidate list --count
  countersign candidate list --state failed --json | jq -r .candidates[].name";

const PAGE_MAX: u32 = 1_000;

/// Lists candidates, newest first.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct List {
    /// Only those in this state.
    #[arg(long, value_name = "STATE", value_parser = parse_state)]
    state: Option<String>,
    /// Only those with this owner, e.g. `humans/anna`.
    #[arg(long, value_name = "PRINCIPAL")]
    owner: Option<String>,
    /// Only those of this action type, e.g. `create_task`.
    #[arg(long, value_name = "NAME")]
    action_type: Option<String>,
    /// Only those at this risk tier.
    #[arg(long, value_enum)]
    risk: Option<Tier>,
    /// Only those by this proposer, e.g. `generators/crm-rules`.
    #[arg(long, value_name = "PRINCIPAL")]
    proposer: Option<String>,
    /// An AIP-160 filter over state, owner, `action_type`, risk, confidence, proposer, record; all options must hold.
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// `create_time` or `update_time`, with ` desc` for the newest first.
    #[arg(long, value_name = "ORDER", default_value = "create_time desc")]
    order_by: String,
    /// At most this many.
    #[arg(long, value_name = "COUNT", default_value = "50", value_parser = parse_count)]
    limit: u32,
    /// Counts them by state instead, all of them.
    #[arg(long, conflicts_with = "limit")]
    count: bool,
}

/// A risk tier.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Tier {
    Low,
    ApprovalRequired,
    High,
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
        let mut by_state: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut page_token = String::new();
        loop {
            let page = self.read_page(session, PAGE_MAX, page_token).await?;
            for candidate in &page.candidates {
                *by_state.entry(state_name(candidate.state)).or_default() += 1;
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        if by_state.is_empty() {
            workspaces::refuse_unknown(context, session).await?;
        }
        if context.console.is_json() {
            return context.console.json(&json!({ "candidates_by_state": by_state }));
        }
        if by_state.is_empty() {
            context.console.say("there is no such candidate");
            return Ok(());
        }
        context.console.data(&facts(by_state.into_iter().map(|(state, count)| (state, count.to_string()))))
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
            filter: self.whole_filter(),
            order_by: self.order_by.clone(),
        };
        Ok(session.review().list_candidates(request).await?.into_inner())
    }

    fn whole_filter(&self) -> String {
        let quoted = |field: &str, value: &Option<String>| value.as_ref().map(|value| equals(field, value));
        let parts = [
            self.state.as_ref().map(|state| format!("state = {state}")),
            quoted("owner", &self.owner),
            quoted("action_type", &self.action_type),
            self.risk.map(|risk| format!("risk = {}", risk.filter_name())),
            quoted("proposer", &self.proposer),
            self.filter.as_ref().map(|filter| format!("({filter})")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" AND ")
    }
}

impl Tier {
    fn filter_name(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::ApprovalRequired => "APPROVAL_REQUIRED",
            Self::High => "HIGH",
        }
    }
}

fn equals(field: &str, value: &str) -> String {
    format!("{field} = \"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Reads a state as people write it: `needs-evidence`, `NEEDS_EVIDENCE`.
fn parse_state(text: &str) -> Result<String, String> {
    use countersign_api::candidate::v1::State;
    let name = text.to_ascii_uppercase().replace('-', "_");
    match State::from_str_name(&format!("STATE_{name}")) {
        Some(State::Unspecified) | None => {
            Err(format!("`{text}` is not a state; e.g. proposed, edited, held, approved"))
        }
        Some(_) => Ok(name),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_make_one_filter_that_cannot_be_broken_out_of() {
        let list = List {
            state: Some(parse_state("needs-evidence").expect("a state")),
            owner: Some("humans/anna\" OR state = HELD".to_owned()),
            action_type: None,
            risk: Some(Tier::High),
            proposer: None,
            filter: Some("confidence = LOW OR confidence = HIGH".to_owned()),
            order_by: String::new(),
            limit: 1,
            count: false,
        };
        assert_eq!(
            list.whole_filter(),
            "state = NEEDS_EVIDENCE AND owner = \"humans/anna\\\" OR state = HELD\" AND risk = HIGH \
             AND (confidence = LOW OR confidence = HIGH)"
        );
    }

    #[test]
    fn a_state_that_does_not_exist_is_refused() {
        assert!(parse_state("done").is_err());
        assert!(parse_state("unspecified").is_err());
    }
}
