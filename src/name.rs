//! Resource names (AIP-122): `workspaces/{w}`, `workspaces/{w}/candidates/{uuid}` and their like, parsed once at the edge.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The longest id inside a name, in bytes.
pub const ID_MAX_BYTES: usize = 63;

/// Says why a text is not a resource name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a name of the form `{form}`")]
pub struct NameError {
    /// The text, cut to 100 characters.
    pub text: String,
    /// The form that was expected.
    pub form: &'static str,
}

impl NameError {
    fn new(text: &str, form: &'static str) -> Self {
        Self { text: text.chars().take(100).collect(), form }
    }
}

/// Tells whether a text can stand as an id in a name: 1 to 63 lower-case letters, digits, `-`, `_` or `.`, beginning
/// with a letter or digit.
pub fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.len() <= ID_MAX_BYTES
        && text.bytes().next().is_some_and(allowed)
        && text.bytes().all(|byte| allowed(byte) || matches!(byte, b'-' | b'_' | b'.'))
}

/// A workspace, the tenant boundary: `workspaces/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Workspace(String);

/// Stands where a workspace's id does, for the log of logs; [`is_id`] refuses it, so no workspace has it.
const LOG_OF_LOGS: &str = "~logs";

/// The log of logs, as a resource and at the end of its origin.
pub const LOG_OF_LOGS_NAME: &str = "logs";

impl Workspace {
    /// Returns what the log of logs is kept under, where every other log is kept under its workspace. No name parses to it.
    pub fn log_of_logs() -> Self {
        Self(LOG_OF_LOGS.to_owned())
    }

    /// Tells whether this stands for the log of logs.
    pub fn is_log_of_logs(&self) -> bool {
        self.0 == LOG_OF_LOGS
    }

    /// Reads what a ledger's store keeps a log under: a workspace's id, or what stands for the log of logs.
    ///
    /// # Errors
    ///
    /// When it is neither.
    pub fn of_stored(id: &str) -> Result<Self, NameError> {
        if id == LOG_OF_LOGS { Ok(Self::log_of_logs()) } else { Self::new(id) }
    }

    /// Makes the workspace with this id.
    ///
    /// # Errors
    ///
    /// When the id is not of the form that [`is_id`] describes.
    pub fn new(id: &str) -> Result<Self, NameError> {
        if is_id(id) { Ok(Self(id.to_owned())) } else { Err(NameError::new(id, "workspaces/{id}")) }
    }

    /// Returns the id without the collection.
    pub fn id(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_log_of_logs() { f.write_str(LOG_OF_LOGS_NAME) } else { write!(f, "workspaces/{}", self.0) }
    }
}

impl FromStr for Workspace {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        const FORM: &str = "workspaces/{id}";
        let id = text.strip_prefix("workspaces/").ok_or_else(|| NameError::new(text, FORM))?;
        Self::new(id).map_err(|_| NameError::new(text, FORM))
    }
}

macro_rules! uuid_name {
    ($(#[$doc:meta])* $type:ident, $collection:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type {
            /// The workspace it is in.
            pub workspace: Workspace,
            /// Its id there.
            pub id: Uuid,
        }

        impl $type {
            const FORM: &'static str = concat!("workspaces/{id}/", $collection, "/{uuid}");

            /// Makes the name of this id in this workspace.
            pub fn new(workspace: Workspace, id: Uuid) -> Self {
                Self { workspace, id }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}/{}/{}", self.workspace, $collection, self.id)
            }
        }

        impl FromStr for $type {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                let error = || NameError::new(text, Self::FORM);
                let (workspace, id) = text.rsplit_once(concat!("/", $collection, "/")).ok_or_else(error)?;
                // Only the hyphenated lower-case form is canonical: one candidate, one name.
                let uuid = Uuid::try_parse(id).ok().filter(|uuid| uuid.to_string() == id).ok_or_else(error)?;
                Ok(Self { workspace: workspace.parse().map_err(|_| error())?, id: uuid })
            }
        }
    };
}

uuid_name!(
    /// A candidate: `workspaces/{id}/candidates/{uuid}`.
    CandidateName,
    "candidates"
);
uuid_name!(
    /// A trigger: `workspaces/{id}/triggers/{uuid}`.
    TriggerName,
    "triggers"
);
uuid_name!(
    /// A report: `workspaces/{id}/reports/{uuid}`.
    ReportName,
    "reports"
);
uuid_name!(
    /// An approval given ahead: `workspaces/{id}/standingApprovals/{uuid}`.
    StandingApprovalName,
    "standingApprovals"
);
uuid_name!(
    /// A person's turn that passes to another: `workspaces/{id}/delegations/{uuid}`.
    DelegationName,
    "delegations"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_as_written() {
        let text = "workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55";
        let name: CandidateName = text.parse().expect("a well-formed name");
        assert_eq!(name.workspace.id(), "demo");
        assert_eq!(name.to_string(), text);
    }

    #[test]
    fn what_is_not_a_name_is_refused_with_its_form() {
        for text in [
            "",
            "workspaces/",
            "workspaces/Demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55",
            "workspaces/demo/candidates/01932C07-29a4-7d6b-8b1f-6d1f6c7a9a55",
            "workspaces/demo/candidates/7",
            "workspaces/demo/triggers/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55",
            "workspaces/a/candidates/x/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55",
        ] {
            let error = text.parse::<CandidateName>().expect_err(text);
            assert_eq!(error.form, "workspaces/{id}/candidates/{uuid}");
        }
    }

    #[test]
    fn the_log_of_logs_is_kept_like_a_log_and_named_by_no_caller() {
        let logs = Workspace::log_of_logs();
        assert_eq!((logs.to_string().as_str(), logs.is_log_of_logs()), ("logs", true));
        assert_eq!(Workspace::of_stored(logs.id()), Ok(logs.clone()));
        assert!("logs".parse::<Workspace>().is_err());
        assert!(Workspace::new(logs.id()).is_err());
        assert!(format!("workspaces/{}", logs.id()).parse::<Workspace>().is_err());
        assert!(!Workspace::new("logs").expect("a workspace may have this id").is_log_of_logs());
    }

    #[test]
    fn an_id_has_one_to_63_bytes() {
        assert!(is_id(&"a".repeat(63)));
        assert!(!is_id(&"a".repeat(64)));
        assert!(!is_id(""));
        assert!(!is_id("-a"));
        assert!(!is_id("a/b"));
    }
}
