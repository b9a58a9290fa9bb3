use clap::Args;
use countersign_api::candidate::v1::CandidateEvent;
use countersign_api::ledger::v1::{Entry, GetCheckpointRequest, GetCheckpointResponse, GetEntryRequest};
use ledger_format::Leaf;
use prost::Message as _;
use serde_json::{Value, json};

use crate::candidate_text::event_lines;
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::{facts, message_json};
use crate::session::{Missing, Session};

const EXAMPLES: &str = "\
Examples:
  countersign ledger show
  countersign ledger show 4711
  countersign ledger show 4711 --json | jq .event";

/// Shows the signed checkpoint, or one entry with what it says.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Show {
    /// The entry's index, from 0; without it, the checkpoint is shown.
    #[arg(value_name = "INDEX")]
    index: Option<u32>,
}

impl Show {
    /// Shows it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| match self.index {
                Some(index) => show_entry(context, session, index).await,
                None => show_checkpoint(context, session).await,
            })
            .await
    }
}

async fn show_checkpoint(context: &Context, session: &Session) -> Result<(), Failure> {
    let request = GetCheckpointRequest { parent: session.workspace().to_string(), least_size: 0 };
    let GetCheckpointResponse { checkpoint, verifying_key } =
        session.ledger().get_checkpoint(request).await?.into_inner();
    let checkpoint = checkpoint.unwrap_or_default();
    let root = hex::encode(&checkpoint.root);
    if context.console.is_json() {
        let signed = checkpoint.signed_note;
        return context.console.json(
            &json!({ "size": checkpoint.size, "root": root, "checkpoint": signed, "verifying_key": verifying_key }),
        );
    }
    let shown = facts([("size", checkpoint.size.to_string()), ("root", root), ("verifying key", verifying_key)]);
    context.console.data(&format!("{shown}\n\n{}", checkpoint.signed_note.trim_end()))
}

async fn show_entry(context: &Context, session: &Session, index: u32) -> Result<(), Failure> {
    let request = GetEntryRequest { parent: session.workspace().to_string(), index: index.into() };
    let entry = session.ledger().get_entry(request).await?.into_inner().entry.unwrap_or_default();
    let leaf = Leaf::decode(&entry.leaf).map_err(Failure::fault)?;
    // Content that was erased, or is of a later release, leaves the leaf readable.
    let event = CandidateEvent::decode(entry.content.as_ref()).ok().filter(|event| event.event.is_some());
    if context.console.is_json() {
        return context.console.json(&entry_json(&entry, &leaf, event.as_ref()));
    }
    context.console.data(&entry_text(&entry, &leaf, event.as_ref()))
}

fn entry_json(entry: &Entry, leaf: &Leaf<&str>, event: Option<&CandidateEvent>) -> Value {
    json!({
        "index": entry.index,
        "leaf_hash": hex::encode(&entry.leaf_hash),
        "leaf": leaf,
        "event": event.map(message_json::to_json),
    })
}

fn entry_text(entry: &Entry, leaf: &Leaf<&str>, event: Option<&CandidateEvent>) -> String {
    let appended =
        jiff::Timestamp::from_microsecond(leaf.appended_at_us).map_or_else(|_| String::new(), |at| at.to_string());
    let shown = facts([
        ("index", entry.index.to_string()),
        ("kind", leaf.kind.to_owned()),
        ("subject", leaf.subject.to_owned()),
        ("revision", leaf.subject_revision.to_string()),
        ("principal", format!("{} {}", leaf.principal_kind.as_str(), leaf.principal_reference)),
        ("appended", appended),
        ("idempotency key", leaf.idempotency_key.to_owned()),
        ("payload digest", leaf.payload_digest.map_or_else(|| "-".to_owned(), |digest| hex::encode(digest.as_bytes()))),
        ("commitment", hex::encode(leaf.commitment.as_bytes())),
        ("leaf hash", hex::encode(&entry.leaf_hash)),
    ]);
    let said = event.map_or_else(|| "the content was erased, or is of another release".to_owned(), event_lines);
    format!("{shown}\n\n{said}")
}
