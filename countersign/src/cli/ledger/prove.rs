use std::collections::BTreeSet;
use std::path::{self, Path, PathBuf};

use clap::Args;
use countersign_api::ledger::v1::{GetEntryRequest, InclusionProof, ProveInclusionRequest};
use ledger_format::{APPROVING_KIND, Hash, Leaf, SignedCheckpoint, TlogProof, leaf_hash};
use serde_json::{Value, json};
use service_kit::data_dir::write_secret;

use super::pinned::Pinned;
use crate::app::ORIGIN_PREFIX;
use crate::cli::number::parse_index;
use crate::cli::{Context, candidate};
use crate::failure::Failure;
use crate::output::counted;
use crate::session::{Missing, Session};

/// Most proofs that a ledger is asked for at once.
const PROOFS_MAX: usize = 1_000;

const EXAMPLES: &str = "\
Examples:
  countersign ledger prove 6d1f6c7a9a55 > approval.tlog-proof
  countersign ledger prove 6d1f6c7a9a55 --kind candidate_executed > execution.tlog-proof
  countersign ledger prove 6d1f6c7a9a55 --all --out proofs
  countersign ledger prove 4711 --out entry.tlog-proof
  countersign ledger prove 4711 --json | jq -r .root";

/// Proves that an entry stands in the ledger: a C2SP tlog-proof with the leaf in it, verified here before it is written. Of a candidate,
/// its last approval is proved, or what `--kind` names.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Prove {
    /// A candidate, or the index of an entry: up to ten decimal digits are an index.
    #[arg(value_name = "ID")]
    id: String,
    /// Of a candidate, its last entry of this kind, e.g. `candidate_proposed`.
    #[arg(long, value_name = "KIND", conflicts_with = "all")]
    kind: Option<String>,
    /// Of a candidate, every entry, each into a file of its own in the folder that `--out` names.
    #[arg(long, requires = "out")]
    all: bool,
    #[command(flatten)]
    pinned: Pinned,
    /// Writes the proof to a file that only you can read, instead of standard output; with `--all`, the folder of the files.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// A proof that was verified.
struct Proved {
    proof: TlogProof,
    leaf_hash: Hash,
    kind: String,
    size: u64,
    root: Hash,
}

impl Prove {
    /// Proves it.
    ///
    /// # Errors
    /// The server's refusal; [`Failure::Finding`] when the server's proof does not hold, or there is no such entry.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let key = self.pinned.read(&context.place)?;
                let origin = format!("{ORIGIN_PREFIX}/{}", session.workspace());
                let mut proved = Vec::new();
                for (proof, leaf) in self.fetch(session).await? {
                    let checkpoint = proof.verify(&leaf, &key, &origin).map_err(|error| {
                        let index = proof.index;
                        Failure::Finding(format!("the server's proof of entry `{index}` does not hold: {error}"))
                    })?;
                    let (size, root) = (checkpoint.size(), checkpoint.root());
                    let kind = Leaf::decode(&leaf).map_err(Failure::fault)?.kind.to_owned();
                    proved.push(Proved { leaf_hash: leaf_hash(&leaf), proof, kind, size, root });
                }
                if self.all {
                    return self.write_all(context, &proved);
                }
                self.write(context, &self.chosen(proved)?)
            })
            .await
    }

    async fn fetch(&self, session: &Session) -> Result<Vec<(TlogProof, Vec<u8>)>, Failure> {
        if let Ok(index) = parse_index(&self.id) {
            if self.kind.is_some() || self.all {
                return Err(Failure::usage(
                    "`--kind` and `--all` choose among the entries of a candidate, not of an index",
                ));
            }
            // A proof waits for the checkpoint over an entry; an entry that is not there would be waited for without end.
            let parent = session.workspace().to_string();
            session.ledger().get_entry(GetEntryRequest { parent, index: index.into() }).await?;
            return prove(session, vec![index.into()]).await;
        }
        let history = candidate::read(session, &self.id, true).await?.history;
        let indices: Vec<i64> = history.iter().filter(|event| event.recorded).map(|event| event.entry_index).collect();
        if indices.is_empty() {
            let id = &self.id;
            return Err(Failure::Finding(format!(
                "nothing of `{id}` is recorded yet; prove it once the ledger has it"
            )));
        }
        let mut proofs = Vec::new();
        for indices in indices.chunks(PROOFS_MAX) {
            proofs.extend(prove(session, indices.to_vec()).await?);
        }
        Ok(proofs)
    }

    /// Returns the entry that was asked for: the last of its kind.
    fn chosen(&self, proved: Vec<Proved>) -> Result<Proved, Failure> {
        let is_index = parse_index(&self.id).is_ok();
        let kind = self.kind.as_deref().unwrap_or(APPROVING_KIND);
        let kinds: BTreeSet<String> = proved.iter().map(|proved| proved.kind.clone()).collect();
        let chosen = proved.into_iter().rev().find(|proved| is_index || proved.kind == kind);
        chosen.ok_or_else(|| {
            let (id, kinds) = (&self.id, kinds.into_iter().collect::<Vec<_>>().join("`, `"));
            Failure::Finding(format!("`{id}` has no entry of kind `{kind}`; choose by `--kind` one of `{kinds}`"))
        })
    }

    fn write(&self, context: &Context, proved: &Proved) -> Result<(), Failure> {
        let proof = &proved.proof;
        if let Some(file) = &self.out {
            write_private(file, proof)?;
            context.console.say(&format!("the proof is in `{}`", file.display()));
        }
        if context.console.is_json() {
            return context.console.json(&proved.to_json());
        }
        if self.out.is_some() { Ok(()) } else { context.console.data(proof.to_string().trim_end()) }
    }

    /// Writes every proof to `{index}-{kind}.tlog-proof`.
    fn write_all(&self, context: &Context, proved: &[Proved]) -> Result<(), Failure> {
        let folder = self.out.as_ref().expect("invariant: clap refuses `--all` without `--out`");
        std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
        for Proved { proof, kind, .. } in proved {
            write_private(&folder.join(format!("{}-{kind}.tlog-proof", proof.index)), proof)?;
        }
        context.console.say(&format!(
            "{} are in `{}`",
            counted(proved.len() as u64, "proof", "proofs"),
            folder.display()
        ));
        if context.console.is_json() {
            let proofs: Vec<Value> = proved.iter().map(Proved::to_json).collect();
            return context.console.json(&Value::from(proofs));
        }
        Ok(())
    }
}

impl Proved {
    fn to_json(&self) -> Value {
        json!({
            "index": self.proof.index,
            "kind": self.kind,
            "leaf_hash": self.leaf_hash,
            "size": self.size,
            "root": self.root,
            "proof": self.proof.to_string(),
        })
    }
}

fn write_private(file: &Path, proof: &TlogProof) -> Result<(), Failure> {
    let place = path::absolute(file).map_err(|error| Failure::file(file, error))?;
    write_secret(&place, proof.to_string().as_bytes()).map_err(Failure::unreachable)
}

/// Asks for proofs; each leaf comes with its proof and goes into the file as its extra data.
async fn prove(session: &Session, indices: Vec<i64>) -> Result<Vec<(TlogProof, Vec<u8>)>, Failure> {
    let request =
        ProveInclusionRequest { parent: session.workspace().to_string(), indices: indices.clone(), wait: true };
    let response = session.ledger().prove_inclusion(request).await?.into_inner();
    let malformed = |what: &str| Failure::fault(anyhow::anyhow!("the server's answer has no {what}"));
    let note = response.checkpoint.ok_or_else(|| malformed("checkpoint"))?.signed_note;
    let checkpoint = SignedCheckpoint::parse(&note).map_err(Failure::fault)?;
    if response.proofs.len() != indices.len() {
        return Err(malformed("proof of one of the entries"));
    }
    let proofs = indices.into_iter().zip(response.proofs).map(|(index, InclusionProof { leaf, hashes, .. })| {
        let hashes = hashes.iter().map(|hash| Hash::try_from(hash.as_slice())).collect::<Result<Vec<_>, _>>();
        let index = u64::try_from(index).map_err(Failure::fault)?;
        let hashes = hashes.map_err(Failure::fault)?;
        Ok::<_, Failure>((TlogProof { extra: Some(leaf.clone()), index, hashes, checkpoint: checkpoint.clone() }, leaf))
    });
    proofs.collect()
}
