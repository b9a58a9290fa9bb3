use clap::Args;
use countersign_api::ledger::v1::{Entry, GetCheckpointRequest, GetCheckpointResponse, GetEntryRequest, WitnessState};
use countersign_api::name::LOG_OF_LOGS_NAME;
use ledger_format::{Leaf, Salt, commit_content, leaf_hash};
use serde_json::{Value, json};

use super::said::Said;
use crate::cli::number::parse_index;
use crate::cli::{Context, workspaces};
use crate::failure::Failure;
use crate::output::facts;
use crate::session::{Missing, Session};

const EXAMPLES: &str = "\
Examples:
  countersign ledger show
  countersign ledger show 4711
  countersign ledger show --log-of-logs
  countersign ledger show 4711 --json | jq .event";

/// Shows the signed checkpoint, or one entry with what it says.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Show {
    /// The entry's index, from 0; without it, the checkpoint is shown.
    #[arg(value_name = "INDEX", value_parser = parse_index)]
    index: Option<u32>,
    /// Shows the log of logs instead of the workspace's log, and how far its witnesses are.
    #[arg(long)]
    log_of_logs: bool,
}

impl Show {
    /// Shows it.
    ///
    /// # Errors
    /// The server's refusal; [`Failure::Finding`] when what the entry says is not what its leaf commits to.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| match self.index {
                Some(index) => show_entry(context, session, self.parent(session), index).await,
                None if self.log_of_logs => show_log_of_logs(context, session).await,
                None => show_checkpoint(context, session).await,
            })
            .await
    }
}

impl Show {
    fn parent(&self, session: &Session) -> String {
        if self.log_of_logs { LOG_OF_LOGS_NAME.to_owned() } else { session.workspace().to_string() }
    }
}

async fn show_log_of_logs(context: &Context, session: &Session) -> Result<(), Failure> {
    let request = GetCheckpointRequest { parent: LOG_OF_LOGS_NAME.to_owned(), least_size: 0 };
    let response = session.ledger().get_checkpoint(request).await?.into_inner();
    let checkpoint = response.checkpoint.unwrap_or_default();
    let root = hex::encode(&checkpoint.root);
    if context.console.is_json() {
        let witness = |state: &WitnessState| {
            let fault = Some(state.fault.as_str()).filter(|fault| !fault.is_empty());
            json!({ "name": state.name, "size": state.size, "cosign_time_secs": state.cosign_time_secs, "fault": fault })
        };
        return context.console.json(&json!({
            "size": checkpoint.size,
            "root": root,
            "checkpoint": checkpoint.signed_note,
            "verifying_key": response.verifying_key,
            "verifying_keys": response.verifying_keys,
            "witnessed_size": response.witnessed_size,
            "witnessed_checkpoint": response.witnessed_note,
            "witnesses": response.witnesses.iter().map(witness).collect::<Vec<_>>(),
        }));
    }
    let mut shown = vec![
        ("size".to_owned(), checkpoint.size.to_string()),
        ("root".to_owned(), root),
        ("verifying key".to_owned(), response.verifying_keys.join(", ")),
        ("witnessed size".to_owned(), response.witnessed_size.to_string()),
    ];
    for state in &response.witnesses {
        let fault = if state.fault.is_empty() { String::new() } else { format!("; {}", state.fault) };
        shown.push((format!("witness {}", state.name), format!("{}{fault}", state.size)));
    }
    let note = if response.witnessed_size == checkpoint.size && checkpoint.size > 0 {
        &response.witnessed_note
    } else {
        &checkpoint.signed_note
    };
    let rows = shown.iter().map(|(name, value)| (name.as_str(), value.clone()));
    context.console.data(&format!("{}\n\n{}", facts(rows), note.trim_end()))
}

async fn show_checkpoint(context: &Context, session: &Session) -> Result<(), Failure> {
    let request = GetCheckpointRequest { parent: session.workspace().to_string(), least_size: 0 };
    let GetCheckpointResponse { checkpoint, verifying_key, verifying_keys, witnessed_size, .. } =
        session.ledger().get_checkpoint(request).await?.into_inner();
    let checkpoint = checkpoint.unwrap_or_default();
    if checkpoint.size == 0 {
        workspaces::refuse_unknown(context, session).await?;
    }
    let root = hex::encode(&checkpoint.root);
    if context.console.is_json() {
        let signed = checkpoint.signed_note;
        return context.console.json(
            &json!({ "size": checkpoint.size, "root": root, "checkpoint": signed, "verifying_key": verifying_key,
                "verifying_keys": verifying_keys, "witnessed_size": witnessed_size }),
        );
    }
    let shown = facts([
        ("size", checkpoint.size.to_string()),
        ("root", root),
        ("witnessed size", witnessed_size.to_string()),
        ("verifying key", verifying_keys.join(", ")),
    ]);
    context.console.data(&format!("{shown}\n\n{}", checkpoint.signed_note.trim_end()))
}

async fn show_entry(context: &Context, session: &Session, parent: String, index: u32) -> Result<(), Failure> {
    let request = GetEntryRequest { parent, index: index.into() };
    let entry = session.ledger().get_entry(request).await?.into_inner().entry.unwrap_or_default();
    let leaf =
        Leaf::decode(&entry.leaf).map_err(|error| altered(index, &format!("its leaf does not read: {error}")))?;
    check(index, &entry, &leaf)?;
    let said = if entry.erased { Said::Erased } else { Said::read(&leaf, &entry.content) };
    if context.console.is_json() {
        return context.console.json(&entry_json(&entry, &leaf, &said));
    }
    context.console.data(&entry_text(&entry, &leaf, &said))
}

/// Checks that this is what was recorded: nobody should be shown as the record what somebody wrote over it.
fn check(index: u32, entry: &Entry, leaf: &Leaf<&str>) -> Result<(), Failure> {
    if entry.leaf_hash != leaf_hash(&entry.leaf).as_bytes() {
        return Err(altered(index, "its leaf is not the one its hash is of"));
    }
    if entry.erased {
        return Ok(());
    }
    let salt = Salt::try_from(entry.salt.as_slice()).map_err(|_| altered(index, "its salt is not 32 bytes"))?;
    if commit_content(&salt, &entry.content) == leaf.commitment {
        return Ok(());
    }
    Err(altered(index, "its content is not what its leaf commits to"))
}

fn altered(index: u32, what: &str) -> Failure {
    Failure::Finding(format!(
        "entry `{index}` is not as it was recorded: {what}; `countersign ledger verify` checks the whole ledger"
    ))
}

fn entry_json(entry: &Entry, leaf: &Leaf<&str>, said: &Said) -> Value {
    json!({
        "index": entry.index,
        "leaf_hash": hex::encode(&entry.leaf_hash),
        "leaf": leaf,
        "event": said.to_json(),
        "erased": entry.erased,
        "trace_id": said.trace(),
    })
}

fn entry_text(entry: &Entry, leaf: &Leaf<&str>, said: &Said) -> String {
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
        ("trace", said.trace().unwrap_or("-").to_owned()),
    ]);
    format!("{shown}\n\n{}", said.text())
}

#[cfg(test)]
mod tests {
    use countersign_api::candidate::v1::CandidateEvent;
    use ledger_format::PrincipalKind;

    use super::*;

    #[test]
    fn an_entry_leads_to_its_trace() {
        const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
        let salt = Salt::try_from([1; 32].as_slice()).expect("32 bytes");
        let leaf = Leaf {
            origin: "countersign.local/workspaces/demo",
            kind: "candidate_approved",
            subject: "workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55",
            subject_revision: 2,
            principal_kind: PrincipalKind::Human,
            principal_reference: "p_07",
            appended_at_us: 0,
            idempotency_key: "01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55/2/0",
            payload_digest: None,
            commitment: commit_content(&salt, b"said"),
        };
        let traceparent = format!("00-{TRACE}-00f067aa0ba902b7-01");
        let said = Said::Candidate(Box::new(CandidateEvent { traceparent, ..CandidateEvent::default() }));
        let entry = Entry::default();
        assert!(entry_text(&entry, &leaf, &said).contains(&format!("trace            {TRACE}")));
        assert_eq!(entry_json(&entry, &leaf, &said)["trace_id"], TRACE);
        assert_eq!(entry_json(&entry, &leaf, &Said::AnotherRelease)["trace_id"], Value::Null);
    }
}
