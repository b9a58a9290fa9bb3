use std::path::{self, PathBuf};

use clap::Args;
use countersign_api::ledger::v1::{GetEntryRequest, InclusionProof, ProveInclusionRequest};
use ledger_format::{Hash, SignedCheckpoint, TlogProof, leaf_hash};
use serde_json::json;
use service_kit::data_dir::write_secret;

use super::pinned::Pinned;
use crate::app::ORIGIN_PREFIX;
use crate::cli::Context;
use crate::cli::number::parse_index;
use crate::failure::Failure;
use crate::session::{Missing, Session};

const EXAMPLES: &str = "\
Examples:
  countersign ledger prove 4711 > approval.tlog-proof
  countersign ledger prove 4711 --out approval.tlog-proof
  countersign ledger prove 4711 --json | jq -r .root";

/// Proves that an entry stands in the ledger: a C2SP tlog-proof with the leaf in it, verified here before it is written.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Prove {
    /// The entry's index, from 0.
    #[arg(value_name = "INDEX", value_parser = parse_index)]
    index: u32,
    #[command(flatten)]
    pinned: Pinned,
    /// Writes the proof to a file that only you can read, instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Prove {
    /// Proves it.
    ///
    /// # Errors
    /// The server's refusal; [`Failure::Finding`] when the server's proof does not hold.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let (proof, leaf) = fetch(session, self.index).await?;
                let key = self.pinned.read(&context.place)?;
                let origin = format!("{ORIGIN_PREFIX}/{}", session.workspace());
                let checkpoint = proof.verify(&leaf, &key, &origin).map_err(|error| {
                    Failure::Finding(format!("the server's proof of entry `{}` does not hold: {error}", self.index))
                })?;
                if let Some(file) = &self.out {
                    let place = path::absolute(file).map_err(|error| Failure::file(file, error))?;
                    write_secret(&place, proof.to_string().as_bytes()).map_err(Failure::unreachable)?;
                    context.console.say(&format!("the proof is in `{}`", file.display()));
                }
                if context.console.is_json() {
                    return context.console.json(&json!({
                        "index": self.index,
                        "leaf_hash": leaf_hash(&leaf),
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

/// Asks for the proof; the leaf comes with it and goes into the file as its extra data.
async fn fetch(session: &Session, index: u32) -> Result<(TlogProof, Vec<u8>), Failure> {
    let parent = session.workspace().to_string();
    // A proof waits for the checkpoint over an entry; an entry that is not there would be waited for without end.
    session.ledger().get_entry(GetEntryRequest { parent: parent.clone(), index: index.into() }).await?;
    let request = ProveInclusionRequest { parent, indices: vec![index.into()], wait: true };
    let response = session.ledger().prove_inclusion(request).await?.into_inner();
    let malformed = |what: &str| Failure::fault(anyhow::anyhow!("the server's answer has no {what}"));
    let note = response.checkpoint.ok_or_else(|| malformed("checkpoint"))?.signed_note;
    let InclusionProof { leaf, hashes, .. } = response.proofs.into_iter().next().ok_or_else(|| malformed("proof"))?;
    let hashes = hashes.iter().map(|hash| Hash::try_from(hash.as_slice())).collect::<Result<Vec<_>, _>>();
    let proof = TlogProof {
        extra: Some(leaf.clone()),
        index: index.into(),
        hashes: hashes.map_err(Failure::fault)?,
        checkpoint: SignedCheckpoint::parse(&note).map_err(Failure::fault)?,
    };
    Ok((proof, leaf))
}
