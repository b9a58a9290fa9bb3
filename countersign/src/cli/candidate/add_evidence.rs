use std::fs;
use std::path::PathBuf;

use clap::Args;
use countersign_api::candidate::v1::{AddEvidenceRequest, Evidence, EvidenceField};
use ledger_format::sha256;

use super::decision::{Decision, Seen};
use crate::cli::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign candidate add-evidence 6d1f6c7a9a55 --kind note --title 'Call of 1 December' --summary 'They confirmed'
  countersign candidate add-evidence 6d1f6c7a9a55 --kind record_field --title 'Price list' --field sales_price=550
  countersign candidate add-evidence 6d1f6c7a9a55 --kind document --title Contract --file contract.pdf";

/// Adds one thing a reviewer can check. Approvals fall.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct AddEvidence {
    #[command(flatten)]
    decision: Decision,
    /// What kind it is, e.g. `record_field`, `form_value`, `note`.
    #[arg(long, value_name = "KIND")]
    kind: String,
    /// A short title.
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// A short summary; not a copy of the source.
    #[arg(long, value_name = "TEXT", default_value = "")]
    summary: String,
    /// Where a reviewer finds the source.
    #[arg(long, value_name = "URL", default_value = "")]
    link: String,
    /// A field of the source, with the value that was read.
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = parse_field)]
    fields: Vec<EvidenceField>,
    /// The source; its SHA-256 is sent, its bytes are not.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl AddEvidence {
    /// Adds it.
    ///
    /// # Errors
    /// The server's refusal; [`Failure::Unreachable`] for a file that cannot be read.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let content_sha256 = self.file.as_deref().map_or_else(|| Ok(Vec::new()), hash_of)?;
        let Self { decision, kind, title, summary, link, fields, .. } = self;
        decision
            .take(context, async |session, seen| {
                let Seen { name, etag, request_id, .. } = seen;
                let read_time = Some(session.now());
                let evidence =
                    Evidence { kind, title, summary, link, fields, content_sha256, read_time, ..Evidence::default() };
                let request = AddEvidenceRequest { name, request_id, etag, evidence: vec![evidence] };
                Ok(session.review().add_evidence(request).await?.into_inner().candidate)
            })
            .await
    }
}

fn hash_of(file: &std::path::Path) -> Result<Vec<u8>, Failure> {
    let bytes = fs::read(file).map_err(|error| Failure::file(file, error))?;
    Ok(sha256(&[&bytes]).as_bytes().to_vec())
}

fn parse_field(text: &str) -> Result<EvidenceField, String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` has no value; write `name=value`"))?;
    Ok(EvidenceField { name: name.to_owned(), value: value.to_owned() })
}
