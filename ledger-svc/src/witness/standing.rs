use std::sync::Arc;

use tokio::sync::watch;

/// How far the witnesses are, for whoever asks; clones share it.
#[derive(Debug, Clone)]
pub struct Witnessed(Arc<watch::Sender<Arc<Standing>>>);

/// How far the witnesses of the policy are with the log of logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Size of the latest checkpoint that enough of them have cosigned; 0 for none.
    pub size: u64,
    /// That checkpoint with their cosignatures; empty for none.
    pub note: String,
    /// Each witness, in the order of the policy.
    pub witnesses: Vec<WitnessStanding>,
}

/// How far one witness is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WitnessStanding {
    /// What the policy calls it.
    pub name: String,
    /// Size of the last checkpoint that it cosigned; 0 for none.
    pub size: u64,
    /// When that was by its own clock, in seconds since the epoch; 0 for never.
    pub cosigned_at_secs: u64,
    /// Why it did not cosign when it was asked last.
    pub fault: Option<String>,
}

impl Witnessed {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::default()))
    }

    /// Returns what is known now.
    pub fn standing(&self) -> Arc<Standing> {
        Arc::clone(&self.0.borrow())
    }

    /// Returns a receiver that is woken at every change.
    pub fn watch(&self) -> watch::Receiver<Arc<Standing>> {
        self.0.subscribe()
    }

    pub(crate) fn set(&self, standing: Standing) {
        self.0.send_replace(Arc::new(standing));
    }

    /// Returns the witnessed checkpoint if it is the one of this size.
    pub(crate) fn note_of(&self, size: u64) -> Option<String> {
        let standing = self.standing();
        (standing.size == size && size > 0).then(|| standing.note.clone())
    }
}
