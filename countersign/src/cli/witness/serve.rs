use std::fs;
use std::net::SocketAddr;
use std::path::{self, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use ledger_format::CosigningKey;
use ledger_svc::keys::load_or_draw_seed;
use ledger_svc::witness::{self, TrustedLog, Witness};
use serde_json::json;
use service_kit::clock::SystemClock;
use service_kit::ids::RandomIds;
use service_kit::shutdown::{DRAIN_MAX, Shutdown};
use tokio::net::TcpListener;

use crate::cli::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign witness serve --name witness.example/w1 --trust countersign.local/logs+b59cca06+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea
  countersign witness serve --listen 0.0.0.0:7410 --dir /var/lib/witness --trust other.example+3182b366+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea=other.example/log";

/// Cosigns checkpoints of the logs that it trusts, once each has been proved to contain what it cosigned before, until SIGTERM or SIGINT.
/// What it cosigned is on disk before it answers. It knows no data folder: run it on another machine than the log.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Serve {
    /// Where `/add-checkpoint` listens, over HTTP; port 0 takes a free one.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:7410",
        env = "COUNTERSIGN_WITNESS_LISTEN",
        hide_env_values = true
    )]
    listen: SocketAddr,
    /// The folder of the witness: `witness.db`, what it cosigned, and `witness.key`, unless `--key` names another. Never put an older copy back.
    #[arg(
        long,
        value_name = "DIR",
        default_value = "./countersign-witness",
        env = "COUNTERSIGN_WITNESS_DIR",
        hide_env_values = true
    )]
    dir: PathBuf,
    /// The file with the witness's private key; it is drawn, for its owner alone, where there is none.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The name that its cosignatures carry, such as a URL without its scheme.
    #[arg(long, value_name = "NAME", default_value = "countersign.local/witness")]
    name: String,
    /// A log to witness: its verifying key, whose name is its origin, or `KEY=ORIGIN`. Again for each log, and for each key of one.
    #[arg(long = "trust", value_name = "KEY[=ORIGIN]", required = true)]
    trusted: Vec<TrustedLog>,
}

impl Serve {
    /// Serves until told to end.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when folder, key or address cannot be used.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let (witness, vkey) = self.open().await.map_err(Failure::Unreachable)?;
        let listener = TcpListener::bind(self.listen).await;
        let listener = listener
            .with_context(|| format!("cannot listen on `{}`; choose another address", self.listen))
            .map_err(Failure::Unreachable)?;
        let address = listener.local_addr().map_err(Failure::fault)?;
        let shutdown = Shutdown::new();
        shutdown.begin_on_signals().map_err(Failure::fault)?;
        let served = witness::serve(listener, Arc::clone(&witness), shutdown.draining());
        let serving = shutdown.spawn_vital("witness", served);
        if context.console.is_json() {
            let origins: Vec<&str> = self.trusted.iter().map(|log| log.origin.as_str()).collect();
            context.console.json(&json!({ "listening": address.to_string(), "vkey": vkey, "trusted": origins }))?;
        } else {
            context.console.say(&format!("cosigning on http://{address}"));
            context.console.data(&vkey)?;
        }
        shutdown.draining().await;
        let drained = shutdown.drain(DRAIN_MAX).await;
        witness.close().await;
        drained.map_err(Failure::fault)?;
        serving.await.map_err(Failure::fault)?.map_err(Failure::fault)
    }

    async fn open(&self) -> anyhow::Result<(Arc<Witness>, String)> {
        let dir = path::absolute(&self.dir)?;
        fs::create_dir_all(&dir).with_context(|| format!("the folder `{}` cannot be made", dir.display()))?;
        let key_file = match &self.key {
            Some(file) => path::absolute(file)?,
            None => dir.join("witness.key"),
        };
        let seed = load_or_draw_seed(&key_file, &RandomIds)?;
        let key = CosigningKey::from_seed(&self.name, &seed)
            .with_context(|| format!("a witness cannot be named `{}`", self.name))?;
        let vkey = key.witness().to_string();
        let witness = Witness::open(key, self.trusted.clone(), &dir.join("witness.db"), Arc::new(SystemClock)).await?;
        Ok((Arc::new(witness), vkey))
    }
}
