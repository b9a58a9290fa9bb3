use clap::{Args, ValueEnum};
use countersign_api::candidate::v1::{CountCandidatesRequest, CountCandidatesResponse, Facet, FacetCount};

use super::selection::Selection;
use crate::cli::{Context, workspaces};
use crate::failure::Failure;
use crate::output::facts;
use crate::session::{Missing, Session};

const EXAMPLES: &str = "\
Examples:
  countersign candidate count
  countersign candidate count --by state,owner
  countersign candidate count --turn me --by risk
  countersign candidate count --by turn --filter 'age > 2d' --json";

/// Counts candidates, by the values of a few fields if asked.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Count {
    #[command(flatten)]
    selection: Selection,
    /// Counts by these fields, each by itself.
    #[arg(long, value_name = "FIELDS", value_enum, value_delimiter = ',')]
    by: Vec<Field>,
}

/// A field whose values are counted.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Field {
    State,
    Owner,
    Turn,
    Risk,
    Confidence,
    ActionType,
    Proposer,
}

impl Count {
    /// Counts them.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let facets: Vec<Facet> = self.by.iter().map(|field| field.facet()).collect();
                let response = count(session, self.selection.filter(), &facets).await?;
                if response.total == 0 {
                    workspaces::refuse_unknown(context, session).await?;
                }
                context.console.message(&response, text)
            })
            .await
    }
}

/// Counts what a filter lets through, by these fields.
///
/// # Errors
/// The server's refusal.
pub async fn count(session: &Session, filter: String, facets: &[Facet]) -> Result<CountCandidatesResponse, Failure> {
    let facets = facets.iter().map(|facet| i32::from(*facet)).collect();
    let request = CountCandidatesRequest { parent: session.workspace().to_string(), filter, facets };
    Ok(session.review().count_candidates(request).await?.into_inner())
}

impl Field {
    const fn facet(self) -> Facet {
        match self {
            Self::State => Facet::State,
            Self::Owner => Facet::Owner,
            Self::Turn => Facet::Turn,
            Self::Risk => Facet::Risk,
            Self::Confidence => Facet::Confidence,
            Self::ActionType => Facet::ActionType,
            Self::Proposer => Facet::Proposer,
        }
    }
}

fn text(response: &CountCandidatesResponse) -> String {
    let total = facts([("total", response.total.to_string())]);
    let parts = [total].into_iter().chain(response.facets.iter().map(facet_text));
    parts.collect::<Vec<_>>().join("\n\n")
}

fn facet_text(count: &FacetCount) -> String {
    let name = count.facet().as_str_name().trim_start_matches("FACET_").to_ascii_lowercase();
    let nobody = if matches!(count.facet(), Facet::Owner | Facet::Turn) { "nobody" } else { "" };
    let values = count.values.iter().map(|value| {
        let word = if value.value.is_empty() { nobody } else { &value.value };
        (word, value.count.to_string())
    });
    let others = (count.others > 0).then(|| ("others", count.others.to_string()));
    format!("by {name}\n{}", facts(values.chain(others)))
}

#[cfg(test)]
mod tests {
    use countersign_api::candidate::v1::ValueCount;

    use super::*;

    #[test]
    fn a_count_is_read_field_by_field() {
        let value = |value: &str, count| ValueCount { value: value.into(), count };
        let owner =
            FacetCount { facet: Facet::Owner.into(), values: vec![value("humans/anna", 3), value("", 2)], others: 1 };
        let response = CountCandidatesResponse { total: 6, facets: vec![owner] };
        let lines: Vec<String> =
            text(&response).lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines, ["total 6", "", "by owner", "humans/anna 3", "nobody 2", "others 1"]);
    }
}
