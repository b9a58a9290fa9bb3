use std::time::Duration;

use countersign_api::name::Workspace;

/// What stands before `/workspaces/{id}` in the name of every log, and the name of the key that signs them.
pub const ORIGIN_PREFIX: &str = "countersign.local";

/// How the process works.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where approvals are executed.
    pub workspace: Workspace,
    /// Whether they are.
    pub execution: Execution,
}

/// Whether approvals are executed in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Execution {
    /// No: they wait for a process that does.
    Off,
    /// Yes.
    On {
        /// How long a claim lasts before it must be extended.
        lease: Duration,
    },
}

impl Execution {
    /// Returns what a server does.
    pub const fn usual() -> Self {
        Self::On { lease: Duration::from_mins(1) }
    }
}
