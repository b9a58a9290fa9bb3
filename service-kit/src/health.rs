//! Whether the process can do its work, told by its parts and shown over gRPC and HTTP.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::watch;

/// What is wrong, by part; clones share one state.
#[derive(Debug, Clone)]
pub struct Health {
    faults: Arc<watch::Sender<BTreeMap<&'static str, String>>>,
}

impl Health {
    /// Makes the health of a process without a fault.
    pub fn new() -> Self {
        Self { faults: Arc::new(watch::Sender::new(BTreeMap::new())) }
    }

    /// Notes that `part` can not do its work, and why, without payloads.
    pub fn report_fault(&self, part: &'static str, reason: impl Into<String>) {
        let reason = reason.into();
        self.faults
            .send_if_modified(|faults| faults.insert(part, reason.clone()).is_none_or(|before| before != reason));
    }

    /// Notes that `part` works again.
    pub fn report_recovery(&self, part: &'static str) {
        self.faults.send_if_modified(|faults| faults.remove(part).is_some());
    }

    /// Returns what is wrong, by part; empty when nothing is.
    pub fn faults(&self) -> BTreeMap<&'static str, String> {
        self.faults.borrow().clone()
    }

    /// Returns a receiver that sees every change.
    pub fn watch(&self) -> watch::Receiver<BTreeMap<&'static str, String>> {
        self.faults.subscribe()
    }
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_stands_until_its_part_recovers() {
        let health = Health::new();
        let mut watch = health.watch();
        health.report_fault("ledger", "the disk is full");
        assert!(watch.has_changed().expect("alive"));
        assert_eq!(watch.borrow_and_update()["ledger"], "the disk is full");

        health.report_fault("ledger", "the disk is full");
        assert!(!watch.has_changed().expect("alive"), "the same fault is no change");
        health.report_recovery("ledger");
        assert!(watch.borrow_and_update().is_empty());
        health.report_recovery("ledger");
        assert!(!watch.has_changed().expect("alive"));
    }
}
