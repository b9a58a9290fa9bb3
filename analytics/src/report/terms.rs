//! What a report is asked for beside the export: everything else that its figures depend on.

use serde::{Deserialize, Serialize};

/// What a report is asked for. The same export under the same terms gives the same report; `report.json` says which they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Of 1,000 candidates looked at less closely, how many may turn out harmful: the review policy's word. None suggests nothing.
    pub harm_at_most_per_mille: Option<u32>,
}

impl Terms {
    /// Returns the harm that may be, as a share.
    pub(super) fn harm_at_most(self) -> Option<f64> {
        self.harm_at_most_per_mille.map(|per_mille| f64::from(per_mille) / 1_000.0)
    }
}
