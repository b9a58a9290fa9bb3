//! Origins: the names that logs carry in leaves, checkpoints and the fence store.

use countersign_api::name::{LOG_OF_LOGS_NAME, Workspace};
use ledger_format::VerifyingKey;

use crate::limits::ORIGIN_PREFIX_MAX_BYTES;

/// Names the log of each workspace, `{prefix}/workspaces/{id}`, and the log of logs, `{prefix}/logs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins {
    prefix: String,
}

/// Says why a text can not stand before the workspaces in an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// The prefix has no bytes, too many, or a character that a signature line can not hold.
    #[error(
        "`{prefix}` is no origin prefix; choose 1 to {ORIGIN_PREFIX_MAX_BYTES} bytes without spaces, `+` or control characters"
    )]
    Form {
        /// The text, cut to 100 characters.
        prefix: String,
    },
    /// The signing key bears another name.
    #[error("the signing key is named `{key_name}`, the origin prefix is `{prefix}`; give both the same name")]
    KeyName {
        /// The name in the key.
        key_name: String,
        /// The origin prefix.
        prefix: String,
    },
}

impl Origins {
    /// Names logs under a prefix, such as `countersign.local`.
    ///
    /// # Errors
    /// [`OriginError::Form`] when the prefix can not name a key.
    pub fn new(prefix: &str) -> Result<Self, OriginError> {
        // The rules are those of the key that bears the prefix as its name.
        let fits = prefix.len() <= ORIGIN_PREFIX_MAX_BYTES && VerifyingKey::new(prefix, [0; 32]).is_ok();
        if fits {
            Ok(Self { prefix: prefix.to_owned() })
        } else {
            Err(OriginError::Form { prefix: prefix.chars().take(100).collect() })
        }
    }

    /// Tells whether `key` signs for these logs: its name is the prefix.
    ///
    /// # Errors
    /// [`OriginError::KeyName`] when it bears another name.
    pub fn check_key(&self, key: &VerifyingKey) -> Result<(), OriginError> {
        if key.name() == self.prefix {
            Ok(())
        } else {
            Err(OriginError::KeyName { key_name: key.name().to_owned(), prefix: self.prefix.clone() })
        }
    }

    /// Returns the origin of a workspace's log.
    pub fn of(&self, workspace: &Workspace) -> String {
        format!("{}/{workspace}", self.prefix)
    }

    /// Returns the workspace whose log has this origin, or what stands for the log of logs; none when it is no origin under this prefix.
    pub fn workspace_of(&self, origin: &str) -> Option<Workspace> {
        match origin.strip_prefix(&self.prefix)?.strip_prefix('/')? {
            LOG_OF_LOGS_NAME => Some(Workspace::log_of_logs()),
            name => name.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_leads_back_to_its_workspace() {
        let origins = Origins::new("countersign.local").expect("a prefix");
        let workspace = Workspace::new("demo").expect("an id");
        let origin = origins.of(&workspace);
        assert_eq!(origin, "countersign.local/workspaces/demo");
        assert_eq!(origins.workspace_of(&origin), Some(workspace));
        let logs = Workspace::log_of_logs();
        assert_eq!(origins.of(&logs), "countersign.local/logs");
        assert_eq!(origins.workspace_of("countersign.local/logs"), Some(logs));
        for other in
            ["countersign.local", "countersign.localx/workspaces/demo", "countersign.local/workspaces/Demo", ""]
        {
            assert_eq!(origins.workspace_of(other), None, "{other}");
        }
    }

    #[test]
    fn the_longest_prefix_and_workspace_make_an_origin_that_a_checkpoint_takes() {
        let prefix = "p".repeat(ORIGIN_PREFIX_MAX_BYTES);
        let origin = Origins::new(&prefix).expect("fits").of(&Workspace::new(&"w".repeat(63)).expect("an id"));
        assert!(ledger_format::Checkpoint::new(&origin, 0, ledger_format::empty_root()).is_ok());
        assert!(Origins::new(&format!("{prefix}p")).is_err());
        assert!(Origins::new("").is_err());
        assert!(Origins::new("two words").is_err());
    }

    #[test]
    fn a_key_with_another_name_is_refused() {
        let origins = Origins::new("countersign.local").expect("a prefix");
        let other = VerifyingKey::new("elsewhere.example", [7; 32]).expect("a key");
        assert!(matches!(origins.check_key(&other), Err(OriginError::KeyName { .. })));
    }
}
