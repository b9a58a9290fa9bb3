use countersign_api::candidate::v1::{GetCandidateRequest, GetCandidateResponse, ListCandidatesRequest};
use countersign_api::name::{CandidateName, Workspace};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::failure::Failure;
use crate::refusal::Refusal;
use crate::session::Session;

/// The shortest part of an id that is looked up.
const PART_MIN_CHARS: usize = 4;

const PAGE_SIZE: i32 = 1_000;

/// Finds the candidate that a person named: by its full name, by its id, or by a beginning or end of its id.
///
/// # Errors
/// [`Failure::Finding`] when no candidate or several have it; [`Failure::Usage`] for a name of another form; the server's refusal.
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
            Err(Failure::Finding(format!(
                "`{text}` names no candidate; write its name, its id, or at least {least} digits of the id's beginning or end, \
                 as `countersign candidate list` shows them"
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
            .map_err(|status| cannot_look_up(part, status))?
            .into_inner();
        for candidate in page.candidates {
            let name: CandidateName = candidate.name.parse().map_err(Failure::fault)?;
            if !has_part(name.id, part) {
                continue;
            }
            if let Some(other) = &found {
                return Err(Failure::Finding(format!(
                    "`{part}` is part of several ids, e.g. `{}` and `{}`; write more of it",
                    other.id, name.id
                )));
            }
            found = Some(name);
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            let none = || {
                let workspace = session.workspace().id();
                Failure::Finding(format!(
                    "no candidate in workspace `{workspace}` has an id that begins or ends with `{part}`; \
                     `countersign candidate list` shows them"
                ))
            };
            return found.ok_or_else(none);
        }
    }
}

/// Proposers may read what they proposed, but not list: they have to write the whole id.
fn cannot_look_up(part: &str, status: Status) -> Failure {
    if status.code() == Code::PermissionDenied {
        let refusal = Refusal::read(&status).now(format!(
            "write the whole id instead of `{part}`: this token may not list candidates; with one that may, \
             `countersign candidate show {part}` says it"
        ));
        Failure::Refused(Box::new(refusal))
    } else {
        Failure::from(status)
    }
}

fn has_part(id: Uuid, part: &str) -> bool {
    let id = id.to_string();
    id.starts_with(part) || id.ends_with(part)
}

#[cfg(test)]
mod tests {
    use countersign_api::error::v1::ErrorReason;
    use service_kit::rejection::Rejection;

    use super::*;
    use crate::exit::Exit;

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
    fn who_may_not_look_up_is_denied_and_told_what_to_write() {
        let status = Rejection::new(ErrorReason::AccessDenied, "`ListCandidates` is not for proposers").into_status();
        let failure = cannot_look_up("9a55", status);
        assert_eq!(failure.exit(), Exit::Denied);
        assert!(failure.to_string().contains("write the whole id instead of `9a55`"), "{failure}");
    }

    #[test]
    fn what_cannot_be_part_of_an_id_is_refused() {
        for text in ["", "a55", "anna", "workspaces/demo", "9a55;"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
