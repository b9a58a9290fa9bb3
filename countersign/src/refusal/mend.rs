//! What to do about each reason of refusal.

use std::collections::HashMap;
use std::time::Duration;

use countersign_api::error::v1::ErrorReason as Reason;
use countersign_api::name::Workspace;
use tonic::Code;

use super::command::{command_for, option_for};

/// What a refusal says beside its message.
#[derive(Debug)]
pub struct Clues<'a> {
    /// What the call was about, as the person named it.
    pub id: &'a str,
    /// Transitions that are legal now, where the state was wrong.
    pub allowed: Option<&'a [String]>,
    /// After which pause the server asks for another try.
    pub retry_after: Option<Duration>,
    /// Fields that are not of their form.
    pub fields: Vec<&'a str>,
    /// What else the server says about the reason.
    pub metadata: &'a HashMap<String, String>,
}

/// Says what to do now, in one line, to somebody who ran a command.
pub fn mend(reason: Reason, clues: &Clues<'_>) -> String {
    let id = clues.id;
    let show = || format!("read it again with `countersign candidate show {id}`, then decide on what it says now");
    match reason {
        Reason::TokenInvalid => {
            "name a file with a valid token by `--token-file`, or have one made with `countersign token create`".into()
        }
        Reason::AccessDenied => denied(clues),
        Reason::WorkspaceDenied => "use a token of that workspace, or name your workspace with `--workspace`".into(),
        Reason::PolicyDenied => "ask another person with the right to decide, since nobody decides on their own work; what policy has decided singly, send alone".into(),
        Reason::RequestMalformed => malformed(clues),
        Reason::PayloadInvalid => format!(
            "mend the change where the message points; `countersign candidate show {id}` has the present payload"
        ),
        Reason::ActionTypeUnknown => "use an action type of the catalogue in `catalogue/` of the data folder".into(),
        Reason::PolicyInvalid => match clues.metadata.get("key").filter(|key| !key.is_empty()) {
            Some(key) => format!("mend `{key}` in the policy and check it with `countersign policy check FILE`"),
            None => {
                "mend the policy where the message points, and check it with `countersign policy check FILE`".into()
            }
        },
        Reason::ItemTooLarge => "shorten the item: at most 256 KiB, its payload at most 64 KiB".into(),
        Reason::MessageTooLarge => {
            "send smaller messages, at most 8 MiB; a stream resumes after its last answer".into()
        }
        Reason::QueueFull => match clues.retry_after {
            Some(delay) => format!("try again in {} ms", delay.as_millis()),
            None => "try again in a moment".into(),
        },
        Reason::DigestMismatch | Reason::EtagStale => show(),
        Reason::RejectedBefore => {
            "propose something that answers the rejection, or wait until the time it names".into()
        }
        Reason::ConflictUnseen => match clues.metadata.get("unseen") {
            Some(unseen) => {
                let beside: Vec<String> = unseen.split(' ').map(|name| format!("--beside {name}")).collect();
                format!("look at the other with `countersign candidate show`, then approve with `{}`", beside.join(" "))
            }
            None => show(),
        },
        Reason::RequestIdReused => "leave `--request-id` out, or choose a new one for new content".into(),
        Reason::TransitionIllegal => clues.allowed.map_or_else(show, |allowed| legal(id, allowed)),
        Reason::ResourceNotFound => not_found(clues),
        Reason::PatchInvalid => {
            format!("see the present payload with `countersign candidate show {id}` and mend the patch")
        }
        Reason::FilterInvalid => "mend the filter, e.g. `state = PROPOSED AND risk = HIGH`".into(),
        Reason::PageTokenInvalid => "begin again without a page or resume token".into(),
        Reason::FenceStale => "leave it to the executor that holds the claim now".into(),
        Reason::IdempotencyKeyReused => "the ledger keeps the first content; choose a new key for new content".into(),
        Reason::LogDiverged => {
            "keep the token, verify the ledger with `countersign ledger verify`, and put back the files that hold what was read".into()
        }
        Reason::LogRangeInvalid => "choose an index below the log's size; `countersign ledger show` says it".into(),
        Reason::LogBehindFence => {
            "restore the ledger from a backup that holds what was signed last; `countersign ledger verify` says more"
                .into()
        }
        Reason::ContentErased => "propose it again if it is still wanted: what was said of it is erased for good".into(),
        Reason::LegalHoldStands => {
            "look at `countersign ledger holds`; once the reason is gone, `countersign ledger release-hold`, then erase again"
                .into()
        }
        Reason::ErasureUnknown => {
            "have a person begin it with `countersign ledger erase`; only what was begun is repeated".into()
        }
        Reason::StorageFailed => "free disk space or mend the disk, then restart the server".into(),
        Reason::DeadlineExceeded => "try again; the same request id gives the same answer".into(),
        Reason::ShuttingDown => "try again once the server runs again".into(),
        Reason::ExportUnverified => "run `countersign ledger verify`, then export again".into(),
        Reason::RpcUnknown => "this server does not know the call; use the release that matches it".into(),
        Reason::RowCorrupt => "run `countersign ledger verify`, and restore the row from a backup".into(),
        Reason::Unspecified | Reason::Internal => "look into the server's log under the call's trace id".into(),
    }
}

/// Says what to do now to somebody who sent a line of proposals: what is to be mended stands in that line.
pub fn mend_of_line(reason: Reason, clues: &Clues<'_>) -> String {
    match reason {
        Reason::RequestMalformed => match clues.fields.first() {
            Some(field) => format!("mend `{}` in the line and propose it again", field_of_line(field)),
            None => "mend the line and propose it again".into(),
        },
        Reason::PayloadInvalid => "mend `payload` in the line where the message points, and propose it again".into(),
        Reason::ActionTypeUnknown => "set `action_type` to one that the message or the catalogue names".into(),
        Reason::ItemTooLarge | Reason::MessageTooLarge => {
            "shorten the line: an item has at most 256 KiB, its payload at most 64 KiB; summarise evidence and link it"
                .into()
        }
        Reason::RequestIdReused => {
            "leave `request_id` out of the line, or choose a new one: this one was used for other content".into()
        }
        Reason::AccessDenied => "propose with a token of role `proposer`, named by `--token-file`".into(),
        Reason::ResourceNotFound => {
            "check the name in the line; `countersign candidate list` shows what there is".into()
        }
        Reason::TokenInvalid
        | Reason::WorkspaceDenied
        | Reason::PolicyDenied
        | Reason::QueueFull
        | Reason::DigestMismatch
        | Reason::EtagStale
        | Reason::RejectedBefore
        | Reason::ConflictUnseen
        | Reason::TransitionIllegal
        | Reason::PatchInvalid
        | Reason::PolicyInvalid
        | Reason::FilterInvalid
        | Reason::PageTokenInvalid
        | Reason::FenceStale
        | Reason::IdempotencyKeyReused
        | Reason::LogRangeInvalid
        | Reason::LogDiverged
        | Reason::LogBehindFence
        | Reason::ContentErased
        | Reason::LegalHoldStands
        | Reason::ErasureUnknown
        | Reason::StorageFailed
        | Reason::DeadlineExceeded
        | Reason::ShuttingDown
        | Reason::ExportUnverified
        | Reason::RpcUnknown
        | Reason::RowCorrupt
        | Reason::Unspecified
        | Reason::Internal => mend(reason, clues),
    }
}

/// Returns a field of a request as a line of proposals has it.
pub fn field_of_line(field: &str) -> String {
    let field = field.strip_prefix("proposal.").unwrap_or(field);
    field.replacen("payload_json", "payload", 1)
}

/// Says what to do when the status names no reason of ours.
pub fn without_reason(code: Code) -> String {
    match code {
        Code::Unavailable => "check that the server runs and `--server` names it".into(),
        Code::Unimplemented => "this server does not know the call; use the release that matches it".into(),
        Code::Cancelled | Code::DeadlineExceeded => "try again; the same request id gives the same answer".into(),
        Code::Ok
        | Code::Unknown
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Internal
        | Code::DataLoss
        | Code::Unauthenticated => "check what `--server` names: the answer is not of a Countersign server".into(),
    }
}

/// Denied by what the person is to this candidate, or by the roles of the token.
fn denied(clues: &Clues<'_>) -> String {
    let id = clues.id;
    match clues.metadata.get("transition").map(String::as_str) {
        Some("withdraw") => format!(
            "only its proposer takes it back: call with the proposer's token by `--token-file`; \
             a reviewer refuses it with `countersign candidate reject {id}`"
        ),
        Some("withdraw_approval") => format!(
            "only who approved it takes that back; `countersign candidate show {id}` says who did, \
             and `--token-file` names the token to call with"
        ),
        Some(_) => "the message says who may; call with that principal's token by `--token-file`".into(),
        None => "use a token with a role that may do this; `countersign token list` shows each token's roles, and \
                 `countersign token create` makes another"
            .into(),
    }
}

fn malformed(clues: &Clues<'_>) -> String {
    let mut options: Vec<&str> = clues.fields.iter().filter_map(|field| option_for(field)).collect();
    options.dedup();
    match options.as_slice() {
        [] => "mend what the message names and run it again".into(),
        ["--etag"] => "leave `--etag` out to take the present one, or copy it from `countersign candidate show`".into(),
        options => format!("mend `{}` and run it again", options.join("` and `")),
    }
}

fn legal(id: &str, allowed: &[String]) -> String {
    let commands: Vec<&str> = allowed.iter().filter_map(|transition| command_for(transition)).collect();
    match (allowed, commands.as_slice()) {
        ([], _) => format!("nothing is legal for `{id}` any more"),
        (_, []) => {
            format!("only the executor or the clock can move it now; `countersign candidate show {id}` follows it")
        }
        (_, commands) => format!("of `countersign candidate`, legal for `{id}` now: {}", commands.join(", ")),
    }
}

fn not_found(clues: &Clues<'_>) -> String {
    let named = clues.metadata.get("resource").or_else(|| clues.metadata.get("name")).map_or("", String::as_str);
    if named.starts_with("tokens/") {
        "check the id; `countersign token list` shows what there is".into()
    } else if named.contains("/policyRevisions/") {
        "`countersign policy list` shows what there is".into()
    } else if named.parse::<Workspace>().is_ok() {
        "name one that there is by `--workspace`; the first proposal makes a new one".into()
    } else {
        "check the id; `countersign candidate list` shows what there is, with `--workspace` what another one has".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(reason: Reason, metadata: &[(&str, &str)], allowed: Option<&[String]>, fields: Vec<&str>) -> String {
        let metadata = metadata.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        mend(reason, &Clues { id: "9a55", allowed, retry_after: None, fields, metadata: &metadata })
    }

    #[test]
    fn who_is_denied_reads_who_may() {
        let not_the_proposer = told(Reason::AccessDenied, &[("transition", "withdraw")], None, vec![]);
        assert!(not_the_proposer.contains("only its proposer") && not_the_proposer.contains("reject 9a55"));
        let no_approval = told(Reason::AccessDenied, &[("transition", "withdraw_approval")], None, vec![]);
        assert!(no_approval.contains("who approved it") && !no_approval.contains("role"), "{no_approval}");
        let no_role = told(Reason::AccessDenied, &[("rpc", "RevokeToken")], None, vec![]);
        assert!(no_role.contains("token with a role"), "{no_role}");
    }

    #[test]
    fn what_is_not_found_is_looked_for_where_it_would_be() {
        let token = told(Reason::ResourceNotFound, &[("resource", "tokens/01")], None, vec![]);
        assert!(token.contains("countersign token list"), "{token}");
        let policy = told(Reason::ResourceNotFound, &[("name", "workspaces/demo/policyRevisions/7")], None, vec![]);
        assert!(policy.contains("countersign policy list"), "{policy}");
        let workspace = told(Reason::ResourceNotFound, &[("name", "workspaces/typo")], None, vec![]);
        assert!(workspace.contains("`--workspace`") && !workspace.contains("candidate list"), "{workspace}");
        let candidate = told(Reason::ResourceNotFound, &[("name", "workspaces/demo/candidates/01")], None, vec![]);
        assert!(candidate.contains("countersign candidate list"), "{candidate}");
    }

    #[test]
    fn a_field_is_named_by_its_option() {
        let mended = told(Reason::RequestMalformed, &[], None, vec!["note"]);
        assert_eq!(mended, "mend `--note` and run it again");
        let etag = told(Reason::RequestMalformed, &[], None, vec!["etag"]);
        assert!(etag.starts_with("leave `--etag` out"), "{etag}");
    }

    #[test]
    fn transitions_are_named_by_their_commands() {
        let allowed = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let sent_back = told(Reason::TransitionIllegal, &[], Some(&allowed(&["send_back", "expire"])), vec![]);
        assert_eq!(sent_back, "of `countersign candidate`, legal for `9a55` now: rework");
        let executing = told(Reason::TransitionIllegal, &[], Some(&allowed(&["report_success"])), vec![]);
        assert!(executing.starts_with("only the executor"), "{executing}");
        assert!(told(Reason::TransitionIllegal, &[], Some(&[]), vec![]).contains("any more"));
    }

    #[test]
    fn a_line_is_mended_in_the_line() {
        let metadata = HashMap::new();
        let fields = vec!["proposal.trigger.source_system"];
        let clues = Clues { id: "ID", allowed: None, retry_after: None, fields, metadata: &metadata };
        let mended = mend_of_line(Reason::RequestMalformed, &clues);
        assert_eq!(mended, "mend `trigger.source_system` in the line and propose it again");
        assert!(!mend_of_line(Reason::RequestIdReused, &clues).contains("--request-id"));
    }
}
