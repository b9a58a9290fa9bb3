use std::{path::PathBuf, time::Duration};

use countersign_api::name::Workspace;
use ledger_format::VerifyingKeys;

/// The shortest lease that the contract allows.
pub const LEASE_MIN: Duration = Duration::from_secs(1);

/// The longest lease that the contract allows.
pub const LEASE_MAX: Duration = Duration::from_mins(15);

/// The most unreported claims that the contract allows.
pub const IN_FLIGHT_MAX: usize = 256;

/// How an executor works.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where approvals are executed; one claim stream each.
    pub workspaces: Vec<Workspace>,
    /// What the origin of every log begins with: a workspace's log is `{origin_prefix}/workspaces/{w}`.
    pub origin_prefix: String,
    /// The pinned keys, the newest first. What none of them has signed permits nothing.
    pub verifying_keys: VerifyingKeys,
    /// The SQLite file that remembers the last checkpoint of each log.
    pub memory_db: PathBuf,
    /// How long a claim lasts before it must be extended.
    pub lease: Duration,
    /// The longest a connector may take for one call.
    pub call_deadline: Duration,
    /// What must be left of the lease after a call, to report in.
    pub report_margin: Duration,
    /// The most unreported claims a workspace has at once.
    pub in_flight_max: usize,
    /// The most connector calls at once.
    pub calls_max: usize,
}

/// Why a configuration can not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Nowhere to work.
    #[error("the executor has no workspace; name at least one")]
    NoWorkspace,
    /// The lease is outside the contract.
    #[error("a lease of {} ms is outside 1 s to 15 min; choose one within", .0.as_millis())]
    Lease(Duration),
    /// A call could outlive its claim.
    #[error("the lease ends before call deadline and report margin do; lengthen it")]
    LeaseTooShort,
    /// The number of claims is outside the contract.
    #[error("`{0}` claims in flight are outside 1 to {IN_FLIGHT_MAX}; choose a number within")]
    InFlight(usize),
    /// Nothing could ever be called.
    #[error("an executor that makes no call executes nothing; allow at least one")]
    NoCalls,
}

impl Config {
    /// Makes a configuration with the usual times and limits.
    pub fn new(
        workspaces: Vec<Workspace>,
        origin_prefix: impl Into<String>,
        verifying_keys: impl Into<VerifyingKeys>,
        memory_db: impl Into<PathBuf>,
    ) -> Self {
        Self {
            workspaces,
            origin_prefix: origin_prefix.into(),
            verifying_keys: verifying_keys.into(),
            memory_db: memory_db.into(),
            lease: Duration::from_mins(1),
            call_deadline: Duration::from_secs(30),
            report_margin: Duration::from_secs(10),
            in_flight_max: IN_FLIGHT_MAX,
            calls_max: 64,
        }
    }

    /// Checks that the numbers fit each other and the contract.
    ///
    /// # Errors
    ///
    /// Names what does not fit.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.workspaces.is_empty() {
            return Err(ConfigError::NoWorkspace);
        }
        if !(LEASE_MIN..=LEASE_MAX).contains(&self.lease) {
            return Err(ConfigError::Lease(self.lease));
        }
        if self.lease < self.call_deadline + self.report_margin {
            return Err(ConfigError::LeaseTooShort);
        }
        if !(1..=IN_FLIGHT_MAX).contains(&self.in_flight_max) {
            return Err(ConfigError::InFlight(self.in_flight_max));
        }
        if self.calls_max == 0 {
            return Err(ConfigError::NoCalls);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ledger_format::SigningKey;

    use super::*;

    fn usual() -> Config {
        let key = SigningKey::from_seed("log.example", &[7; 32]).expect("a key").verifying_key().clone();
        let workspace = Workspace::new("demo").expect("an id");
        Config::new(vec![workspace], "log.example", key, "executor.db")
    }

    #[test]
    fn the_usual_configuration_works() {
        assert_eq!(usual().check(), Ok(()));
    }

    #[test]
    fn limits_hold_at_one_below_at_and_one_above() {
        for (lease, works) in [
            (LEASE_MIN.saturating_sub(Duration::from_nanos(1)), false),
            (LEASE_MIN, true),
            (LEASE_MAX, true),
            (LEASE_MAX + Duration::from_nanos(1), false),
        ] {
            let short = Duration::from_millis(1);
            let config = Config { lease, call_deadline: short, report_margin: short, ..usual() };
            assert_eq!(config.check().is_ok(), works, "{lease:?}");
        }
        for (in_flight_max, works) in [(0, false), (1, true), (IN_FLIGHT_MAX, true), (IN_FLIGHT_MAX + 1, false)] {
            assert_eq!(Config { in_flight_max, ..usual() }.check().is_ok(), works, "{in_flight_max}");
        }
        let lease = usual().call_deadline + usual().report_margin;
        assert_eq!(Config { lease, ..usual() }.check(), Ok(()));
        let lease = lease.saturating_sub(Duration::from_nanos(1));
        assert_eq!(Config { lease, ..usual() }.check(), Err(ConfigError::LeaseTooShort));
        assert_eq!(Config { calls_max: 0, ..usual() }.check(), Err(ConfigError::NoCalls));
        assert_eq!(Config { workspaces: Vec::new(), ..usual() }.check(), Err(ConfigError::NoWorkspace));
    }
}
