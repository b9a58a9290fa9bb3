use std::path::PathBuf;

use clap::Args;
use countersign_api::candidate::v1::EditCandidateRequest;

use super::change::{self, Change};
use super::decision::{Decision, Seen};
use crate::cli::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign candidate edit 6d1f6c7a9a55 --set /due=2026-12-02 --note 'Two more days'
  countersign candidate edit 6d1f6c7a9a55 --set /subject='Call the buyer' --remove /description
  countersign candidate edit 6d1f6c7a9a55 --patch patch.json
  countersign candidate edit 6d1f6c7a9a55 --payload payload.json";

/// Changes what would run. Approvals fall, and policy judges anew.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Edit {
    #[command(flatten)]
    decision: Decision,
    #[command(flatten)]
    change: ChangeArgs,
    /// What you say about it.
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
}

/// What changes, in one of three ways.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct ChangeArgs {
    /// Sets a field, by its JSON Pointer. A value that is not JSON is text; text that looks like JSON goes in quotes.
    #[arg(long, value_name = "POINTER=VALUE", conflicts_with_all = ["patch", "payload"])]
    set: Vec<String>,
    /// Takes a field away, by its JSON Pointer.
    #[arg(long, value_name = "POINTER", conflicts_with_all = ["patch", "payload"])]
    remove: Vec<String>,
    /// A file with a JSON Patch (RFC 6902).
    #[arg(long, value_name = "FILE", conflicts_with = "payload")]
    patch: Option<PathBuf>,
    /// A file with the whole new payload.
    #[arg(long, value_name = "FILE")]
    payload: Option<PathBuf>,
}

impl Edit {
    /// Edits it.
    ///
    /// # Errors
    /// The server's refusal; [`Failure::Usage`] for a change that cannot be read.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let Self { decision, change, note } = self;
        let change = change.read()?;
        decision
            .take(context, async |session, seen| {
                let payload = seen.candidate.payload.as_ref().map_or("", |payload| &payload.canonical_json);
                // Of an erased payload nothing is left; the server says so.
                let payload = if payload.is_empty() { "null" } else { payload };
                let change = Some(change.into_wire(payload)?);
                let Seen { name, etag, request_id, .. } = seen;
                let request = EditCandidateRequest { name, request_id, etag, note, change };
                Ok(session.review().edit_candidate(request).await?.into_inner().candidate)
            })
            .await
    }
}

impl ChangeArgs {
    fn read(self) -> Result<Change, Failure> {
        match (self.patch, self.payload) {
            (Some(file), _) => Ok(Change::Patch(change::read_file(&file)?)),
            (None, Some(file)) => Ok(Change::Payload(change::read_file(&file)?)),
            (None, None) => Change::parse_fields(&self.set, &self.remove),
        }
    }
}
