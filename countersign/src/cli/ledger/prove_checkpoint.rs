use std::path::{self, PathBuf};

use clap::Args;
use countersign_api::ledger::v1::{ProveCheckpointRequest, ProveCheckpointResponse};
use countersign_api::name::LOG_OF_LOGS_NAME;
use ledger_format::{Hash, Leaf, SignedCheckpoint, TlogProof};
use ledger_svc::log_of_logs::Covered;
use serde_json::json;
use service_kit::data_dir::write_secret;

use super::pinned::Pinned;
use crate::app::ORIGIN_PREFIX;
use crate::cli::{Context, workspaces};
use crate::failure::Failure;
use crate::session::{Missing, Session};

const EXAMPLES: &str = "\
Examples:
  countersign ledger prove-checkpoint > checkpoint.tlog-proof
  countersign ledger prove-checkpoint --least-size 4712 --out checkpoint.tlog-proof";

/// Proves that a checkpoint of the workspace's log is in the log of logs: a C2SP tlog-proof, verified here before it is written. Whoever
/// trusts the log of logs, or the witnesses that cosign it, need trust nothing else.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct ProveCheckpoint {
    /// Waits until a checkpoint over at least so many entries is in the log of logs; without it, the latest that is.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    least_size: u32,
    #[command(flatten)]
    pinned: Pinned,
    /// Writes the proof to a file that only you can read, instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl ProveCheckpoint {
    /// Proves it.
    ///
    /// # Errors
    /// The server's refusal; [`Failure::Finding`] when the server's proof does not hold.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                workspaces::refuse_unknown(context, session).await?;
                let proof = fetch(session, self.least_size).await?;
                let origin = format!("{ORIGIN_PREFIX}/{LOG_OF_LOGS_NAME}");
                let keys = self.pinned.read(&context.place)?.named(&origin).map_err(Failure::fault)?;
                let leaf = proof.extra.clone().unwrap_or_default();
                let refused = |what: &dyn std::fmt::Display| {
                    Failure::Finding(format!("the server's proof of the checkpoint does not hold: {what}"))
                };
                let checkpoint = proof.verify(&leaf, &keys, &origin).map_err(|error| refused(&error))?;
                let covered = Leaf::decode(&leaf).ok().and_then(|leaf| Covered::read(&leaf));
                let covered = covered.filter(|covered| &covered.workspace == session.workspace());
                let covered = covered.ok_or_else(|| refused(&"its leaf covers no checkpoint of this log"))?;
                if let Some(file) = &self.out {
                    let place = path::absolute(file).map_err(|error| Failure::file(file, error))?;
                    write_secret(&place, proof.to_string().as_bytes()).map_err(Failure::unreachable)?;
                    context.console.say(&format!("the proof is in `{}`", file.display()));
                }
                if context.console.is_json() {
                    return context.console.json(&json!({
                        "covered_size": covered.size,
                        "covered_root": covered.root,
                        "index": proof.index,
                        "size": checkpoint.size(),
                        "root": checkpoint.root(),
                        "proof": proof.to_string(),
                    }));
                }
                if self.out.is_some() { Ok(()) } else { context.console.data(proof.to_string().trim_end()) }
            })
            .await
    }
}

async fn fetch(session: &Session, least_size: u32) -> Result<TlogProof, Failure> {
    let request = ProveCheckpointRequest { parent: session.workspace().to_string(), least_size: least_size.into() };
    let ProveCheckpointResponse { checkpoint, proof, .. } =
        session.ledger().prove_checkpoint(request).await?.into_inner();
    let malformed = |what: &str| Failure::fault(anyhow::anyhow!("the server's answer has no {what}"));
    let note = checkpoint.ok_or_else(|| malformed("checkpoint"))?.signed_note;
    let proof = proof.ok_or_else(|| malformed("proof"))?;
    let hashes = proof.hashes.iter().map(|hash| Hash::try_from(hash.as_slice())).collect::<Result<Vec<_>, _>>();
    Ok(TlogProof {
        extra: Some(proof.leaf),
        index: u64::try_from(proof.index).map_err(Failure::fault)?,
        hashes: hashes.map_err(Failure::fault)?,
        checkpoint: SignedCheckpoint::parse(&note).map_err(Failure::fault)?,
    })
}
