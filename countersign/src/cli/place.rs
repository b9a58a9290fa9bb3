use std::path::PathBuf;

use clap::Args;
use countersign_api::name::{NameError, Workspace};

use super::help::EVERYWHERE;

/// Where the services are, and as whom to call them.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// The folder that holds everything.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = "./countersign-data",
        env = "COUNTERSIGN_DATA_DIR", hide_env_values = true,
        help_heading = EVERYWHERE
    )]
    pub data_dir: PathBuf,
    /// The workspace.
    #[arg(
        long,
        global = true,
        value_name = "ID",
        default_value = "demo",
        env = "COUNTERSIGN_WORKSPACE", hide_env_values = true,
        value_parser = parse_workspace,
        help_heading = EVERYWHERE
    )]
    pub workspace: Workspace,
    /// The server to call, e.g. `http://127.0.0.1:7400`; without it, the one that serves the data folder, or none.
    #[arg(long, global = true, value_name = "URL", env = "COUNTERSIGN_SERVER", hide_env_values = true, help_heading = EVERYWHERE)]
    pub server: Option<String>,
    /// The file with the bearer token to call with; without it, the data folder's `admin.token`.
    #[arg(long, global = true, value_name = "FILE", env = "COUNTERSIGN_TOKEN_FILE", hide_env_values = true, help_heading = EVERYWHERE)]
    pub token_file: Option<PathBuf>,
}

fn parse_workspace(text: &str) -> Result<Workspace, NameError> {
    Workspace::new(text.strip_prefix("workspaces/").unwrap_or(text))
}
