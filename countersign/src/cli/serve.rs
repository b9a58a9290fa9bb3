use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use analytics::Cadence;
use clap::Args;
use serde_json::json;

use super::Context;
use super::databases::Databases;
use crate::app::{App, Config, Execution, Folder, FolderError, LedgerOptions, Listening, ReportOptions, SignerOptions};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign serve
  countersign serve --listen 0.0.0.0:7400 --data-dir /var/lib/countersign
  countersign serve --database-url 'postgres://countersign@db.example/candidates?sslmode=verify-full'
  countersign serve --witness-policy witnesses.policy --ledger-http 0.0.0.0:7402
  countersign serve --ledger-database-url postgres://a/ledger --content-keys-database-url postgres://b/keys
  countersign serve --report-every week --report-mail /etc/countersign/mail.toml
  countersign serve --ledger-signer-command /usr/local/bin/sign --ledger-verifying-key ledger.pub";

/// Runs all services until SIGTERM or SIGINT.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Serve {
    /// Where the gRPC services listen; port 0 takes a free one.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:7400",
        env = "COUNTERSIGN_LISTEN",
        hide_env_values = true
    )]
    listen: SocketAddr,
    /// Where `/metrics` and `/healthz` listen, over HTTP; port 0 takes a free one.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:7401",
        env = "COUNTERSIGN_ADMIN_LISTEN",
        hide_env_values = true
    )]
    admin_listen: SocketAddr,
    /// Where checkpoints, tiles and entry bundles of the ledger are served over HTTP (C2SP tlog-tiles), to whoever reaches it, without a
    /// token; without this, nowhere. Port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", env = "COUNTERSIGN_LEDGER_HTTP", hide_env_values = true)]
    ledger_http: Option<SocketAddr>,
    /// The file that names witnesses and how many of them must cosign (C2SP tlog-policy); without it, nobody is asked.
    #[arg(long, value_name = "FILE", env = "COUNTERSIGN_WITNESS_POLICY", hide_env_values = true)]
    witness_policy: Option<PathBuf>,
    /// The program that signs checkpoints in the place of `keys/ledger.key`: it gets the bytes on standard input and writes the Ed25519
    /// signature to standard output.
    #[arg(
        long,
        value_name = "PROGRAM",
        requires = "ledger_verifying_key",
        env = "COUNTERSIGN_LEDGER_SIGNER_COMMAND",
        hide_env_values = true
    )]
    ledger_signer_command: Option<PathBuf>,
    /// The verifying keys of the ledger, one a line: the signer command's first, then those that older checkpoints are signed under.
    #[arg(
        long,
        value_name = "FILE",
        requires = "ledger_signer_command",
        env = "COUNTERSIGN_LEDGER_VERIFYING_KEY",
        hide_env_values = true
    )]
    ledger_verifying_key: Option<PathBuf>,
    /// How often a report of every workspace is made by itself: `week`, on Mondays, `month`, on the first, or both; without it, never.
    #[arg(
        long,
        value_name = "CADENCE",
        value_delimiter = ',',
        env = "COUNTERSIGN_REPORT_EVERY",
        hide_env_values = true
    )]
    report_every: Vec<Cadence>,
    /// The file that says how such reports are mailed, and to whom; without it, nobody gets mail.
    #[arg(
        long,
        value_name = "FILE",
        requires = "report_every",
        env = "COUNTERSIGN_REPORT_MAIL",
        hide_env_values = true
    )]
    report_mail: Option<PathBuf>,
    #[command(flatten)]
    databases: Databases,
}

impl Serve {
    /// Serves until told to end, then drains.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when folder or address is taken; [`Failure::Fault`] when something does not end.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let place = &context.place;
        let database = self.databases.candidates()?;
        let folder = Folder::take(&place.data_dir).map_err(|error| in_the_way(&place.data_dir, error))?;
        let reports =
            ReportOptions { every: self.report_every.iter().copied().collect(), mail: self.report_mail.clone() };
        let ledger = self.ledger_options()?;
        let config = Config { execution: Execution::everywhere(), database, ledger, reports };
        let app = App::start(folder, config).await?;
        let served = self.until_told_to_end(context, &app).await;
        let drained = app.drain().await.map(drop);
        served.and(drained)
    }

    async fn until_told_to_end(&self, context: &Context, app: &App) -> Result<(), Failure> {
        let listening = app.listen(self.listen, self.admin_listen, self.ledger_http).await?;
        say_where(context, listening)?;
        app.until_told_to_end().await?;
        context.console.say("draining");
        Ok(())
    }
}

impl Serve {
    fn ledger_options(&self) -> Result<LedgerOptions, Failure> {
        let signer = self.ledger_signer_command.clone().zip(self.ledger_verifying_key.clone());
        let signer = signer.map(|(command, verifying_keys)| SignerOptions { command, verifying_keys });
        Ok(LedgerOptions { place: self.databases.ledger()?, signer, witness_policy: self.witness_policy.clone() })
    }
}

fn in_the_way(data_dir: &Path, error: FolderError) -> Failure {
    Failure::Unreachable(anyhow::Error::from(error).context(format!("`{}` cannot be served", data_dir.display())))
}

/// Says where the server listens and where the admin's token lies; never the token.
fn say_where(context: &Context, listening: Listening) -> Result<(), Failure> {
    let token_file = context.place.data_dir.join("admin.token");
    if context.console.is_json() {
        return context.console.json(&json!({
            "listening": listening.services.to_string(),
            "admin": listening.admin.to_string(),
            "ledger_http": listening.ledger_http.map(|address| address.to_string()),
            "admin_token_file": token_file,
        }));
    }
    context.console.say(&format!("gRPC services on {}", listening.services));
    context.console.say(&format!("metrics and health on http://{}", listening.admin));
    if let Some(address) = listening.ledger_http {
        context.console.say(&format!("the ledger's checkpoints and tiles on http://{address}, for whoever reaches it"));
    }
    context.console.say(&format!("the admin's token is in {}", token_file.display()));
    Ok(())
}
