use countersign_api::candidate::v1::{ListStandingApprovalsRequest, StandingApproval};
use countersign_api::name::StandingApprovalName;
use uuid::Uuid;

use crate::cli::pages::{PAGE_SIZE, all_pages};
use crate::failure::Failure;
use crate::session::Session;

/// The shortest part of an id that is looked up.
const PART_MIN_CHARS: usize = 4;

/// Reads all standing approvals of the workspace, newest first.
///
/// # Errors
/// The server's refusal.
pub async fn all(session: &Session, active_only: bool) -> Result<Vec<StandingApproval>, Failure> {
    all_pages(async |page_token| {
        let parent = session.workspace().to_string();
        let request = ListStandingApprovalsRequest { parent, page_size: PAGE_SIZE, page_token, active_only };
        let page = session.standing_approvals().list_standing_approvals(request).await?.into_inner();
        Ok((page.standing_approvals, page.next_page_token))
    })
    .await
}

/// Finds the one that a person named: by its full name, by its id, or by a beginning or end of its id.
///
/// # Errors
/// [`Failure::Finding`] when none or several have it; [`Failure::Usage`] for a name of another form; the server's refusal.
pub async fn find(session: &Session, text: &str) -> Result<StandingApprovalName, Failure> {
    if text.contains('/') {
        return text.parse().map_err(|error: countersign_api::name::NameError| Failure::usage(error.to_string()));
    }
    if let Ok(id) = Uuid::try_parse(text) {
        return Ok(StandingApprovalName::new(session.workspace().clone(), id));
    }
    let names = all(session, false).await?.into_iter().map(|standing| standing.name.parse().map_err(Failure::fault));
    the_one(text, names.collect::<Result<_, Failure>>()?)
}

fn the_one(part: &str, names: Vec<StandingApprovalName>) -> Result<StandingApprovalName, Failure> {
    let wanted = part.to_ascii_lowercase();
    let has_part = |name: &StandingApprovalName| {
        let id = name.id.to_string();
        wanted.len() >= PART_MIN_CHARS && (id.starts_with(&wanted) || id.ends_with(&wanted))
    };
    let mut found = names.into_iter().filter(has_part);
    match (found.next(), found.next()) {
        (Some(name), None) => Ok(name),
        (Some(one), Some(other)) => Err(Failure::Finding(format!(
            "`{part}` is part of several ids, e.g. `{}` and `{}`; write more of it",
            one.id, other.id
        ))),
        (None, _) => Err(Failure::Finding(format!(
            "`{part}` names no standing approval; write its name, its id, or at least {PART_MIN_CHARS} digits of the id's \
             beginning or end, as `countersign standing-approval list` shows them"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<StandingApprovalName> {
        ["01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55", "01932c07-29a4-7d6b-8b1f-6d1f6c7a9a66"]
            .map(|id| format!("workspaces/demo/standingApprovals/{id}").parse().expect("a name"))
            .to_vec()
    }

    #[test]
    fn a_part_of_one_id_is_enough() {
        assert_eq!(the_one("7A9A66", names()).expect("one has it"), names()[1]);
        for (part, words) in [("01932c07", "several ids"), ("ffff", "names no standing approval"), ("a55", "names no")]
        {
            let failure = the_one(part, names()).expect_err(part);
            assert!(matches!(&failure, Failure::Finding(said) if said.contains(words)), "{failure}");
        }
    }
}
