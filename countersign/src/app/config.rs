use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use analytics::Cadence;
use countersign_api::name::Workspace;
use service_kit::database::Location;

use super::ledger_place::NamedPlace;

/// What stands before `/workspaces/{id}` in the name of every log, and the name of the key that signs them.
pub const ORIGIN_PREFIX: &str = "countersign.local";

const LEASE: Duration = Duration::from_mins(1);

/// How the process works.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where approvals are executed.
    pub execution: Execution,
    /// The database of candidates; none: the one that the environment names, else the file in the data folder.
    pub database: Option<Location>,
    /// Where the ledger is, how it signs, and who vouches for it.
    pub ledger: LedgerOptions,
    /// Which reports are made by themselves.
    pub reports: ReportOptions,
}

impl Config {
    /// Works as usual, and executes where it is told.
    pub fn of(execution: Execution) -> Self {
        Self { execution, database: None, ledger: LedgerOptions::default(), reports: ReportOptions::default() }
    }
}

/// Where the ledger is, how it signs, and who vouches for it. By default, it is in the folder, whose key file signs, and nobody is asked.
#[derive(Debug, Clone, Default)]
pub struct LedgerOptions {
    /// Where it is; in the data folder where nobody says so.
    pub place: NamedPlace,
    /// The program that signs in the place of the key file, and the file that lists its verifying key first.
    pub signer: Option<SignerOptions>,
    /// The C2SP tlog-policy that names witnesses.
    pub witness_policy: Option<PathBuf>,
}

/// Which reports are made by themselves, and who gets them. By default, none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportOptions {
    /// How often.
    pub every: BTreeSet<Cadence>,
    /// The file that says how they are mailed.
    pub mail: Option<PathBuf>,
}

/// A program that signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerOptions {
    /// The program.
    pub command: PathBuf,
    /// Its verifying key first, then those that older checkpoints are signed under.
    pub verifying_keys: PathBuf,
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
