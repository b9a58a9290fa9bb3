use countersign_api::candidate::v1::{GetCandidateRequest, GetCandidateResponse, ListCandidatesRequest};
use countersign_api::name::{CandidateName, Workspace};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::failure::Failure;
use crate::session::Session;

/// The shortest part of an id that is looked up.
const PART_MIN_CHARS: usize = 4;

const PAGE_SIZE: i32 = 1_000;

/// Finds the candidate that a person named: by its full name, by its id, or by a beginning or end of its id.
///
/// # Errors
/// [`Failure::Usage`] when it is no part of an id, or of several; [`Failure::Finding`] when no candidate has it; the server's refusal.
pub async fn find(session: &Session, text: &str) -> Result<CandidateName, Failure> {
    match Named::parse(text, session.workspace())? {
        Named::Whole(name) => Ok(name),
        Named::Part(part) => find_by_part(session, &part).await,
    }
}

/// Reads the candidate that a person named.
///
/// # Errors
/// As [`find`].
pub async fn read(session: &Session, text: &str, include_history: bool) -> Result<GetCandidateResponse, Failure> {
    let name = find(session, text).await?.to_string();
    let response = session.review().get_candidate(GetCandidateRequest { name, include_history }).await;
    Ok(response.map_err(|status| Failure::from(status).about(text))?.into_inner())
}

/// What a person wrote.
#[derive(Debug, PartialEq, Eq)]
enum Named {
    Whole(CandidateName),
    Part(String),
}

impl Named {
    fn parse(text: &str, workspace: &Workspace) -> Result<Self, Failure> {
        if text.contains('/') {
            return text.parse().map(Self::Whole).map_err(|error| Failure::usage(error.to_string()));
        }
        let part = text.to_ascii_lowercase();
        if let Ok(id) = Uuid::try_parse(&part) {
            return Ok(Self::Whole(CandidateName::new(workspace.clone(), id)));
        }
        let is_part = part.len() >= PART_MIN_CHARS && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if is_part {
            Ok(Self::Part(part))
        } else {
            let least = PART_MIN_CHARS;
            Err(Failure::usage(format!(
                "`{text}` names no candidate; write its name, its id, or at least {least} digits of the id's beginning or end"
            )))
        }
    }
}

async fn find_by_part(session: &Session, part: &str) -> Result<CandidateName, Failure> {
    let mut found: Option<CandidateName> = None;
    let mut page_token = String::new();
    loop {
        let request = ListCandidatesRequest {
            parent: session.workspace().to_string(),
            page_size: PAGE_SIZE,
            page_token,
            ..ListCandidatesRequest::default()
        };
        let page = session
            .review()
            .list_candidates(request)
            .await
            .map_err(|status| cannot_look_up(part, &status))?
            .into_inner();
        for candidate in page.candidates {
            let name: CandidateName = candidate.name.parse().map_err(Failure::fault)?;
            if !has_part(name.id, part) {
                continue;
            }
            if let Some(other) = &found {
                return Err(Failure::usage(format!(
                    "`{part}` is part of several ids, e.g. `{}` and `{}`; write more of it",
                    other.id, name.id
                )));
            }
            found = Some(name);
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            let none = || {
                Failure::Finding(format!(
                    "no candidate's id begins or ends with `{part}`; `countersign candidate list` shows them"
                ))
            };
            return found.ok_or_else(none);
        }
    }
}

/// Proposers may read what they proposed, but not list: they have to write the whole id.
fn cannot_look_up(part: &str, status: &Status) -> Failure {
    if status.code() == Code::PermissionDenied {
        Failure::usage(format!(
            "`{part}` cannot be looked up with this token, which may not list candidates; write the whole id"
        ))
    } else {
        Failure::from(status.clone())
    }
}

fn has_part(id: Uuid, part: &str) -> bool {
    let id = id.to_string();
    id.starts_with(part) || id.ends_with(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55";

    fn parse(text: &str) -> Option<Named> {
        Named::parse(text, &Workspace::new("demo").expect("an id")).ok()
    }

    #[test]
    fn a_name_or_an_id_needs_no_search() {
        let whole = format!("workspaces/demo/candidates/{ID}").parse().expect("a name");
        assert_eq!(parse(ID), Some(Named::Whole(whole)));
        let elsewhere = format!("workspaces/other/candidates/{ID}");
        assert_eq!(parse(&elsewhere), elsewhere.parse().ok().map(Named::Whole));
    }

    #[test]
    fn a_beginning_or_end_is_enough_but_not_a_middle() {
        assert_eq!(parse("9A55"), Some(Named::Part("9a55".to_owned())));
        let id = ID.parse().expect("an id");
        assert!(has_part(id, "9a55") && has_part(id, "01932c07-29"));
        assert!(!has_part(id, "7d6b"));
    }

    #[test]
    fn what_cannot_be_part_of_an_id_is_refused() {
        for text in ["", "a55", "anna", "workspaces/demo", "9a55;"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
