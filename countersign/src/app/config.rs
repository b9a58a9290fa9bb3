use std::time::Duration;

use countersign_api::name::Workspace;

/// What stands before `/workspaces/{id}` in the name of every log, and the name of the key that signs them.
pub const ORIGIN_PREFIX: &str = "countersign.local";

const LEASE: Duration = Duration::from_mins(1);

/// How the process works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where approvals are executed.
    pub execution: Execution,
}

/// Where approvals are executed by this process. Elsewhere they wait for one that does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Execution {
    /// Nowhere.
    Off,
    /// In one workspace.
    In {
        /// The workspace.
        workspace: Workspace,
        /// How long a claim lasts before it must be extended.
        lease: Duration,
    },
    /// In every workspace that has events, and in each from its first event on.
    Everywhere {
        /// How long a claim lasts before it must be extended.
        lease: Duration,
    },
}

impl Execution {
    /// Returns what a server does.
    pub const fn everywhere() -> Self {
        Self::Everywhere { lease: LEASE }
    }

    /// Returns what a command does that waits for an execution in its workspace.
    pub const fn only_in(workspace: Workspace) -> Self {
        Self::In { workspace, lease: LEASE }
    }
}
