use std::{path::PathBuf, time::Duration};

use ledger_format::{VerifyingKey, WitnessPolicy};

/// Which witnesses are asked, and how patiently.
#[derive(Debug, Clone)]
pub struct WitnessConfig {
    /// Who they are, and which of them are enough.
    pub policy: WitnessPolicy,
    /// The file that keeps their cosignatures.
    pub store_path: PathBuf,
    /// How long a witness may take for an answer.
    pub answer_within: Duration,
    /// How long a witness that gave none is left alone: at first, and at most.
    pub ask_again_after: (Duration, Duration),
}

/// Why a policy can not be used for this log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The policy names logs, and this one is not among them.
    #[error(
        "the witness policy names other logs than this one; add the line `log {key}`, or leave all `log` lines out"
    )]
    OtherLog {
        /// The key that the log of logs is signed under.
        key: String,
    },
    /// A witness has no place to be asked at.
    #[error(
        "the witness `{name}` has no URL that begins with `http://` or `https://`; add its submission prefix to its line"
    )]
    NoUrl {
        /// Its name.
        name: String,
    },
    /// There is nobody to ask.
    #[error("the witness policy names no witness; add one, or serve without a policy")]
    NoWitness,
}

impl WitnessConfig {
    /// Asks the witnesses of a policy, patiently.
    pub const fn new(policy: WitnessPolicy, store_path: PathBuf) -> Self {
        Self {
            policy,
            store_path,
            answer_within: Duration::from_secs(10),
            ask_again_after: (Duration::from_secs(1), Duration::from_mins(5)),
        }
    }

    /// Checks that the policy is for the log that is signed under `key`, and that every witness can be asked.
    ///
    /// # Errors
    /// See [`PolicyError`].
    pub fn check(&self, key: &VerifyingKey) -> Result<(), PolicyError> {
        let logs = self.policy.logs();
        if !logs.is_empty() && !logs.iter().any(|log| log.key == *key) {
            return Err(PolicyError::OtherLog { key: key.to_string() });
        }
        if self.policy.witnesses().is_empty() {
            return Err(PolicyError::NoWitness);
        }
        for witness in self.policy.witnesses() {
            let is_http = |url: &String| url.starts_with("http://") || url.starts_with("https://");
            if !witness.url.as_ref().is_some_and(is_http) {
                return Err(PolicyError::NoUrl { name: witness.name.clone() });
            }
        }
        Ok(())
    }
}
