use std::net::SocketAddr;
use std::path::Path;

use clap::Args;
use serde_json::json;

use super::Context;
use crate::app::{App, Config, Execution, Folder, FolderError, Listening};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign serve
  countersign serve --listen 0.0.0.0:7400 --data-dir /var/lib/countersign";

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
}

impl Serve {
    /// Serves until told to end, then drains.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when folder or address is taken; [`Failure::Fault`] when something does not end.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let place = &context.place;
        let folder = Folder::take(&place.data_dir).map_err(|error| in_the_way(&place.data_dir, error))?;
        let app = App::start(folder, Config { execution: Execution::everywhere() }).await?;
        let served = self.until_told_to_end(context, &app).await;
        let drained = app.drain().await.map(drop);
        served.and(drained)
    }

    async fn until_told_to_end(&self, context: &Context, app: &App) -> Result<(), Failure> {
        let listening = app.listen(self.listen, self.admin_listen).await?;
        say_where(context, listening)?;
        app.until_told_to_end().await?;
        context.console.say("draining");
        Ok(())
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
            "admin_token_file": token_file,
        }));
    }
    context.console.say(&format!("gRPC services on {}", listening.services));
    context.console.say(&format!("metrics and health on http://{}", listening.admin));
    context.console.say(&format!("the admin's token is in {}", token_file.display()));
    Ok(())
}
