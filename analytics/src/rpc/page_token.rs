//! Where a list of reports goes on.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_api::name::Workspace;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::feedback::Made;

/// The last report of a page: its time and name, which are what reports are ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PageToken {
    created_at: Timestamp,
    name: String,
}

#[derive(Serialize, Deserialize)]
struct Text(String, Timestamp, String);

impl PageToken {
    /// Makes the token of the page after this report.
    pub(super) fn after(made: &Made) -> Self {
        Self { created_at: made.created_at, name: made.name.clone() }
    }

    /// Reads a token that was given for a workspace; none for any other text.
    pub(super) fn parse(text: &str, workspace: &Workspace) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let Text(of, created_at, name) = serde_json::from_slice(&bytes).ok()?;
        (of == workspace.to_string()).then_some(Self { created_at, name })
    }

    /// Writes the token for its workspace.
    pub(super) fn to_text(&self, workspace: &Workspace) -> String {
        let text = Text(workspace.to_string(), self.created_at, self.name.clone());
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&text).expect("invariant: three texts are JSON"))
    }

    /// Tells whether a report comes after the page.
    pub(super) fn is_before(&self, made: &Made) -> bool {
        (std::cmp::Reverse(self.created_at), self.name.as_str()) < made.order()
    }
}
