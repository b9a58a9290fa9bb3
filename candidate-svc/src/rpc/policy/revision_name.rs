use std::str::FromStr;

use countersign_api::name::Workspace;

/// `workspaces/{w}/policyRevisions/{number}`, or with `-` in place of the number for the one in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RevisionName {
    pub(super) workspace: Workspace,
    /// None: the one in force.
    pub(super) revision: Option<u64>,
}

/// Says that a text names no policy revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is not of the form `workspaces/{{w}}/policyRevisions/{{number}}`; `-` in place of the number is the one in force"
)]
pub(super) struct NoRevisionName;

impl FromStr for RevisionName {
    type Err = NoRevisionName;

    fn from_str(text: &str) -> Result<Self, NoRevisionName> {
        let (workspace, number) = text.rsplit_once("/policyRevisions/").ok_or(NoRevisionName)?;
        let workspace = workspace.parse().map_err(|_| NoRevisionName)?;
        if number == "-" {
            return Ok(Self { workspace, revision: None });
        }
        // Only digits without a leading zero: one revision, one name.
        let revision: u64 = number.parse().map_err(|_| NoRevisionName)?;
        if revision == 0 || revision.to_string() != number {
            return Err(NoRevisionName);
        }
        Ok(Self { workspace, revision: Some(revision) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_names_a_revision_or_the_one_in_force() {
        let revision = |text: &str| text.parse::<RevisionName>().map(|name| name.revision);
        assert_eq!(revision("workspaces/demo/policyRevisions/7"), Ok(Some(7)));
        assert_eq!(revision("workspaces/demo/policyRevisions/-"), Ok(None));
        for text in [
            "workspaces/demo",
            "workspaces/demo/policyRevisions/",
            "workspaces/demo/policyRevisions/0",
            "workspaces/demo/policyRevisions/07",
            "workspaces/demo/policyRevisions/+7",
            "demo/policyRevisions/7",
        ] {
            assert_eq!(revision(text), Err(NoRevisionName), "{text}");
        }
    }
}
