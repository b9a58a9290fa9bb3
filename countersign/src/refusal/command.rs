//! The contract's words as the command line has them: transitions as commands, fields as options.

/// Returns the command below `countersign candidate` that asks for a transition; none for what no person asks for.
pub fn command_for(transition: &str) -> Option<&'static str> {
    Some(match transition {
        "add_evidence" => "add-evidence",
        "request_evidence" => "request-evidence",
        "assign_owner" => "assign",
        "edit" => "edit",
        "approve" => "approve",
        "withdraw_approval" => "withdraw-approval",
        "reject" => "reject",
        "hold" => "hold",
        "release" => "release",
        "withdraw" => "withdraw",
        "settle" => "settle",
        "retry" => "retry",
        "send_back" => "rework",
        _ => return None,
    })
}

/// Returns the option that fills a request's field, such as `kinds[0]`; none where no option does.
pub fn option_for(field: &str) -> Option<&'static str> {
    let whole: String =
        field.split('.').map(|part| part.split('[').next().unwrap_or(part)).collect::<Vec<_>>().join(".");
    Some(match whole.as_str() {
        "note" => "--note",
        "reason" => "--reason",
        "question" => "--question",
        "finding" => "--finding",
        "fence" => "--fence",
        "failed.message" => "--message",
        "unknown" => "--unknown",
        "lease" => "--lease",
        "until_time" => "--until",
        "owner" => "--owner",
        "kinds" | "evidence.kind" | "principal.kind" => "--kind",
        "evidence.title" => "--title",
        "evidence.summary" => "--summary",
        "evidence.link" => "--link",
        "evidence.fields" | "evidence.fields.name" | "evidence.fields.value" => "--field",
        "order_by" => "--order-by",
        "filter" => "--filter",
        "page_size" | "max_in_flight" => "--limit",
        "request_id" => "--request-id",
        "etag" => "--etag",
        "digest" | "approve_digest" => "--digest",
        "superseded_by" => "--superseded-by",
        "principal.id" => "--id",
        "roles" => "--role",
        "expire_time" => "--expires",
        "workspace" | "parent" => "--workspace",
        _ if whole.contains("references") => "--reference",
        _ if whole.contains("changes") => "--change",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_in_lists_make_no_difference() {
        assert_eq!(option_for("evidence[0].fields[3].name"), Some("--field"));
        assert_eq!(option_for("executed.references[1].id"), Some("--reference"));
        assert_eq!(option_for("name"), None);
    }
}
