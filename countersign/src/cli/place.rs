use std::path::PathBuf;

use clap::Args;
use countersign_api::name::{ID_MAX_BYTES, Workspace};
use tonic::codegen::http::Uri;

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
    /// Whether the person said which workspace.
    #[arg(skip)]
    pub is_workspace_named: bool,
    /// The server to call, e.g. `http://127.0.0.1:7400`; without it, the one that serves the data folder, or none.
    #[arg(long, global = true, value_name = "URL", env = "COUNTERSIGN_SERVER", hide_env_values = true, value_parser = parse_server, help_heading = EVERYWHERE)]
    pub server: Option<String>,
    /// The file with the bearer token to call with; without it, the data folder's `admin.token`.
    #[arg(long, global = true, value_name = "FILE", env = "COUNTERSIGN_TOKEN_FILE", hide_env_values = true, help_heading = EVERYWHERE)]
    pub token_file: Option<PathBuf>,
}

fn parse_workspace(text: &str) -> Result<Workspace, String> {
    Workspace::new(text.strip_prefix("workspaces/").unwrap_or(text)).map_err(|_| {
        format!(
            "`{text}` is no workspace; write its id, such as `demo`: at most {ID_MAX_BYTES} lower-case letters, digits, `-`, `_` and \
             `.`, beginning with a letter or digit"
        )
    })
}

fn parse_server(text: &str) -> Result<String, String> {
    let url = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let is_address = url.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    });
    if is_address { Ok(url) } else { Err(format!("`{text}` is no address; write e.g. `http://127.0.0.1:7400`")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_what_is_none() {
        assert_eq!(parse_server("127.0.0.1:7400").as_deref(), Ok("http://127.0.0.1:7400"));
        assert_eq!(parse_server("https://crm.example").as_deref(), Ok("https://crm.example"));
        for none in ["", "not a url", "ftp://crm.example", "http://"] {
            assert!(parse_server(none).is_err(), "{none:?}");
        }
    }

    #[test]
    fn a_workspace_is_named_with_or_without_its_collection() {
        assert_eq!(parse_workspace("workspaces/demo"), parse_workspace("demo"));
        let refused = parse_workspace("A B").expect_err("no id");
        assert!(refused.contains("lower-case"), "{refused}");
    }
}
