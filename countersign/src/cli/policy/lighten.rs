use std::path::PathBuf;

use analytics::export;
use analytics::report::{Period, Report, ReviewedCategory, Terms};
use candidate_svc::domain::{ReviewPath, RiskTier};
use candidate_svc::policy::Policy;
use clap::Args;
use countersign_api::candidate::v1::{Evidence, EvidenceField};
use prost_types::Timestamp;
use serde_json::json;
use service_kit::access::{PrincipalId, PrincipalKind};

use super::asked::{Asked, verdict_on};
use super::change::{self, Change};
use crate::cli::Context;
use crate::cli::ledger::{PinnedExport, failure_of};
use crate::failure::Failure;
use crate::output::{step, table};
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign policy lighten --export ./countersign-data/export/demo
  countersign policy lighten --export ./countersign-data/export/demo --action-type add_note --proposer generators/crm-rules \
--confidence HIGH --owner humans/bea";

/// Proposes lighter review of one category that the record shows to be safe; without a category, lists what the record shows of each.
///
/// The export is verified and the figures are computed from it, under the threshold of the policy in force. What is filed is a change of the
/// review policy like any other: of high risk, decided by another person.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Lighten {
    /// The folder of the export.
    #[arg(long, value_name = "DIR")]
    export: PathBuf,
    /// The kind of action.
    #[arg(long, value_name = "NAME", requires = "proposer", requires = "confidence")]
    action_type: Option<String>,
    /// Whose proposals, e.g. `generators/crm-rules`.
    #[arg(long, value_name = "PRINCIPAL", requires = "action_type")]
    proposer: Option<String>,
    /// At which stated confidence: `HIGH`, `MEDIUM` or `LOW`.
    #[arg(long, value_name = "LEVEL", requires = "action_type")]
    confidence: Option<String>,
    /// Who should decide on it, e.g. `humans/bea`; without it, a reviewer assigns somebody.
    #[arg(long, value_name = "PRINCIPAL", default_value = "")]
    owner: String,
    #[command(flatten)]
    pinned: PinnedExport,
}

/// What was computed, and from what.
struct Computed {
    categories: Vec<ReviewedCategory>,
    source: export::Manifest,
    manifest_sha256: ledger_format::Hash,
}

impl Lighten {
    /// Proposes, or lists.
    ///
    /// # Errors
    /// [`Failure::Finding`] when the export does not verify, or lighter review of the category is not suggested; the server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let keys = self.pinned.read(&context.place)?;
        context
            .with_session(Missing::Refuse, async |session| {
                let in_force = super::read(session, None).await?;
                let policy = Policy::read("policy_toml", &in_force.policy_toml).map_err(Failure::fault)?;
                let terms = Terms { harm_at_most_per_mille: Some(threshold(&policy)?), period: Period::default() };
                let folder = self.export;
                let workspace = session.workspace().to_string();
                let progress = step("verifying and computing");
                let computed = tokio::task::spawn_blocking(move || {
                    let verified = export::verify(&folder, keys.pinned(), |_| {}).map_err(failure_of)?;
                    of_this_log(&verified.manifest().origin, &workspace)?;
                    let report = Report::of(&verified, terms).map_err(Failure::unreachable)?;
                    Ok::<_, Failure>(Computed {
                        categories: report.categories().to_vec(),
                        source: verified.manifest().clone(),
                        manifest_sha256: verified.manifest().sha256(),
                    })
                });
                let computed = computed.await.map_err(Failure::fault)??;
                drop(progress);
                let (Some(action_type), Some(proposer), Some(confidence)) =
                    (&self.action_type, &self.proposer, &self.confidence)
                else {
                    return list(context, &computed.categories);
                };
                let category = computed.find(action_type, proposer, confidence)?;
                let change = Change {
                    command: "countersign policy lighten",
                    policy_toml: lightened(&policy, category)?,
                    summary: summary(category),
                    owner: self.owner,
                    evidence: vec![computed.evidence(category, session.now())],
                };
                let candidate = change.propose(session, &in_force).await?;
                context.console.message(&candidate, |candidate| {
                    format!("{}\n{}", change::told(candidate, &in_force), then(category))
                })
            })
            .await
    }
}

impl Computed {
    /// Finds the category, if lighter review of it is suggested.
    fn find(&self, action_type: &str, proposer: &str, confidence: &str) -> Result<&ReviewedCategory, Failure> {
        let is_it = |category: &&ReviewedCategory| {
            (category.action_type.as_str(), category.proposer.as_str(), category.confidence.as_str())
                == (action_type, proposer, confidence)
        };
        let named = format!("`{action_type}` by `{proposer}` at confidence `{confidence}`");
        let Some(category) = self.categories.iter().find(is_it) else {
            let text = format!(
                "the export has no candidates of low risk of {named}: run it without a category to see which there are"
            );
            return Err(Failure::Finding(text));
        };
        if category.is_suggested {
            return Ok(category);
        }
        let bound = category.bound * 100.0;
        let missing = category.harmless_missing.unwrap_or_default();
        let why = if missing > 0 {
            format!(
                "its rate of harm may be as high as {bound:.1} %; `{missing}` more decided without harm would show that it is not"
            )
        } else {
            "too few come for a part of them to be watched: all would have to be looked at".to_owned()
        };
        Err(Failure::Finding(format!("lighter review of {named} is not suggested: {why}")))
    }

    fn evidence(&self, category: &ReviewedCategory, read_at: Timestamp) -> Evidence {
        let field = |name: &str, value: String| EvidenceField { name: name.to_owned(), value };
        let mut fields = vec![
            field("harmful", category.harmful.to_string()),
            field("decided and over", category.decided.to_string()),
            field("rate of harm at most", format!("{:.6}", category.bound)),
            field("with a chance of", format!("{:.6}", category.confidence_level)),
            field("log", self.source.origin.clone()),
            field("entries", self.source.size.to_string()),
            field("root", self.source.root.to_string()),
        ];
        fields.extend(category.against.iter().map(|name| field("argues against", name.clone())));
        Evidence {
            kind: "statistic".to_owned(),
            title: "What people made of these candidates".to_owned(),
            summary: "Computed from a verified export; `countersign report check` computes it again.".to_owned(),
            content_sha256: self.manifest_sha256.as_bytes().to_vec(),
            read_time: Some(read_at),
            fields,
            ..Evidence::default()
        }
    }
}

/// Refuses what other people decided on: a policy changes in the workspace whose record speaks for it.
fn of_this_log(origin: &str, workspace: &str) -> Result<(), Failure> {
    let is_of_it = origin.strip_suffix(workspace).is_some_and(|prefix| prefix.ends_with('/'));
    if is_of_it {
        return Ok(());
    }
    let text =
        format!("the export is of `{origin}`, the policy of `{workspace}`: name the export of this workspace's log");
    Err(Failure::Finding(text))
}

/// Returns how much harm the policy allows.
fn threshold(policy: &Policy) -> Result<u32, Failure> {
    policy.harm_at_most_per_mille().ok_or_else(|| {
        Failure::Finding(
            "the review policy in force does not say how much harm may be: propose one with `[lighter_review]` and \
             `harm_at_most_per_mille` first (`countersign policy show`, `countersign policy propose`)"
                .to_owned(),
        )
    })
}

/// Returns the policy with a rule for the category behind all others.
fn lightened(policy: &Policy, category: &ReviewedCategory) -> Result<String, Failure> {
    let proposer = match category.proposer.parse::<PrincipalId>() {
        Ok(proposer) if proposer.kind() != PrincipalKind::Human => proposer,
        Ok(_) | Err(_) => {
            return Err(Failure::Finding("a person proposes these, and a review policy names no people".to_owned()));
        }
    };
    // A JSON string is a basic string of TOML.
    let quoted = |text: &str| json!(text).to_string();
    let text = format!(
        "{}\n\n[[rules]]\nreason = {}\nwhen.action_types = [{}]\nwhen.proposers = [{}]\nwhen.risk_tiers = [\"LOW\"]\n\
         when.confidence_levels = [{}]\npath = \"LIGHT\"\n",
        policy.text().trim_end(),
        quoted(&summary(category)),
        quoted(&category.action_type),
        quoted(proposer.as_str()),
        quoted(&category.confidence),
    );
    let ReviewedCategory { action_type, proposer: by, confidence, .. } = category;
    let asked = Asked { action_type, proposer: by, tier: RiskTier::Low, confidence };
    if verdict_on(policy, &asked).is_some_and(|(verdict, _)| verdict.path == ReviewPath::Light) {
        let already = "the policy in force has them on the light path already";
        return Err(Failure::Finding(format!("{already}\n{}", then(category))));
    }
    Ok(text)
}

/// Says in one sentence what the record shows.
fn summary(category: &ReviewedCategory) -> String {
    let ReviewedCategory { action_type, proposer, confidence, harmful, decided, bound, confidence_level, .. } =
        category;
    format!(
        "{action_type} by {proposer} at confidence {confidence} get a short look: {harmful} of {decided} turned out harmful, at most {:.1} % \
         with a chance of {:.2} %, however often one looks",
        bound * 100.0,
        confidence_level * 100.0
    )
}

/// Says what can be done once it is in force.
fn then(category: &ReviewedCategory) -> String {
    let ReviewedCategory { action_type, proposer, confidence, audit_per_mille, .. } = category;
    let audit = audit_per_mille.unwrap_or(1_000);
    if confidence == "HIGH" {
        format!(
            "then: a person may approve them ahead, {audit} of 1,000 to be looked at all the same: \
             countersign standing-approval grant --action-type {action_type} --proposer {proposer} --audit {audit} \
             --limit NUMBER --until DATE --reason TEXT"
        )
    } else {
        "then: people give each of them a short look; only what is of high confidence can be approved ahead".to_owned()
    }
}

/// Shows what the record shows of each category.
fn list(context: &Context, categories: &[ReviewedCategory]) -> Result<(), Failure> {
    if context.console.is_json() {
        return context.console.json(&json!({ "categories": categories }));
    }
    if categories.is_empty() {
        return context.console.data("there are no candidates of low risk yet");
    }
    let rows = categories.iter().map(|category| {
        [
            category.action_type.clone(),
            category.proposer.clone(),
            category.confidence.clone(),
            format!("{} of {}", category.harmful, category.decided),
            format!("{:.1} %", category.bound * 100.0),
            category.audit_per_mille.map_or_else(|| "all".to_owned(), |audit| format!("{audit} of 1,000")),
            if category.is_suggested { "yes" } else { "no" }.to_owned(),
        ]
    });
    let head = ["action", "proposer", "confidence", "harmful", "at most", "to look at", "suggested"];
    context.console.data(&table(head, rows))
}
