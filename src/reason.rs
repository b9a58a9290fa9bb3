//! Error reasons as they stand on the wire.

use crate::error::v1::ErrorReason;

/// The `domain` of every `google.rpc.ErrorInfo` that Countersign sends.
pub const ERROR_DOMAIN: &str = "countersign";

impl ErrorReason {
    /// Returns the reason as the wire has it: without the enum's prefix, e.g. `ETAG_STALE`.
    pub fn wire_name(self) -> &'static str {
        let name = self.as_str_name();
        name.strip_prefix("ERROR_REASON_").unwrap_or(name)
    }

    /// Reads a reason from its wire form; `None` for one this release does not know.
    pub fn from_wire_name(name: &str) -> Option<Self> {
        Self::from_str_name(&format!("ERROR_REASON_{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_survives_the_wire() {
        assert_eq!(ErrorReason::EtagStale.wire_name(), "ETAG_STALE");
        assert_eq!(ErrorReason::from_wire_name("ETAG_STALE"), Some(ErrorReason::EtagStale));
        assert_eq!(ErrorReason::from_wire_name("NO_SUCH"), None);
    }
}
