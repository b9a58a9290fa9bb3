use ledger_format::{checkpoint, verify};
use serde_json::{Value, json};

/// What is wrong with a log, and from which entry on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departed {
    /// The first entry that is wrong, or from which one may be.
    index: u64,
    /// The last one that may be; the log's word for all of them is not to be taken.
    last_index: Option<u64>,
    what: String,
}

impl Departed {
    /// The log has fewer entries than were verified before.
    pub fn shorter(size: u64, remembered: u64) -> Self {
        let what = format!(
            "the log has `{size}` entries, `{remembered}` were verified before: it was cut off or restored; keep both checkpoints as \
             evidence"
        );
        Self { index: size, last_index: Some(remembered - 1), what }
    }

    /// The log's first entries are not those that were verified before.
    pub fn forked(remembered: u64) -> Self {
        let what = format!(
            "the first `{remembered}` entries are not those that were verified before: the log was forked or rewritten; keep both \
             checkpoints as evidence"
        );
        Self { index: 0, last_index: remembered.checked_sub(1), what }
    }

    /// One entry is wrong.
    pub fn entry(index: u64, what: String) -> Self {
        Self { index, last_index: Some(index), what }
    }

    /// The checkpoint is not to be believed, and so nothing is.
    pub fn checkpoint(error: &checkpoint::Error) -> Self {
        Self { index: 0, last_index: None, what: format!("the checkpoint is not to be believed: {error}") }
    }

    /// Returns it as `--json` shows it.
    pub fn to_json(&self, workspace: &str) -> Value {
        json!({
            "workspace": workspace,
            "index": self.index,
            "last_index": self.last_index,
            "what": self.what,
            "message": self.to_string(),
        })
    }
}

impl From<verify::Finding> for Departed {
    fn from(finding: verify::Finding) -> Self {
        let last_index = match finding.what {
            verify::What::RootDiffers { end, .. } => end.checked_sub(1),
            _ => Some(finding.index),
        };
        Self { index: finding.index, last_index, what: finding.what.to_string() }
    }
}

impl std::fmt::Display for Departed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { index, what, .. } = self;
        match self.last_index {
            Some(last) if last > *index => write!(formatter, "entries `{index}` to `{last}`: {what}"),
            Some(_) => write!(formatter, "entry `{index}`: {what}"),
            None => write!(formatter, "{what}"),
        }
    }
}
