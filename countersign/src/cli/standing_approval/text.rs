use countersign_api::candidate::v1::StandingApproval;

use crate::candidate_text::short_id;
use crate::output::{facts, moment, moment_or, table};

/// Says everything about one.
pub fn whole(standing: Option<&StandingApproval>) -> String {
    let Some(standing) = standing else { return String::new() };
    let mut shown = vec![
        ("name", standing.name.clone()),
        ("state", state(standing).to_owned()),
        ("for", format!("{} by {}", standing.action_type, standing.proposer)),
        ("records", records(standing).to_owned()),
        ("used", format!("{} of {}", standing.uses, standing.use_limit)),
        ("audited", format!("{}, at {} of 1,000", standing.audits, standing.audit_per_mille)),
        ("waiting", format!("{} of those audited; {} looks owed", standing.audits_waiting, standing.audits_owed)),
        ("found", format!("harm in {} of {} looks", standing.harmful_looks, standing.looks)),
        ("until", moment_or(standing.expire_time.as_ref(), "-")),
        ("granted", format!("{} by {}", moment(standing.grant_time.as_ref()), standing.granted_by)),
        ("why", standing.reason.clone()),
        ("recorded", if standing.recorded { format!("entry {}", standing.entry_index) } else { "not yet".to_owned() }),
    ];
    if standing.revoke_time.is_some() {
        let revoked = format!("{} by {}", moment(standing.revoke_time.as_ref()), standing.revoked_by);
        shown.extend([("revoked", revoked), ("why revoked", standing.revoke_reason.clone())]);
    }
    facts(shown)
}

/// Lists several, a line each.
pub fn rows(standing: &[StandingApproval]) -> String {
    table(
        ["id", "state", "action", "proposer", "records", "used", "audited", "until", "granted by"],
        standing.iter().map(|standing| {
            [
                short_id(&standing.name).to_owned(),
                state(standing).to_owned(),
                standing.action_type.clone(),
                standing.proposer.clone(),
                records(standing).to_owned(),
                format!("{} of {}", standing.uses, standing.use_limit),
                standing.audits.to_string(),
                moment_or(standing.expire_time.as_ref(), "-"),
                standing.granted_by.clone(),
            ]
        }),
    )
}

/// Says whether it covers something, and if not, why.
fn state(standing: &StandingApproval) -> &'static str {
    if standing.revoke_time.is_some() {
        "revoked"
    } else if standing.uses >= standing.use_limit {
        "used up"
    } else if !standing.active {
        "ended"
    } else if standing.recorded {
        "active"
    } else {
        "waits for the ledger"
    }
}

fn records(standing: &StandingApproval) -> &str {
    if standing.record_prefix.is_empty() { "any" } else { &standing.record_prefix }
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;

    use super::*;

    #[test]
    fn it_says_why_it_covers_nothing() {
        let active = StandingApproval { active: true, recorded: true, use_limit: 2, ..StandingApproval::default() };
        assert_eq!(state(&active), "active");
        assert_eq!(state(&StandingApproval { recorded: false, ..active.clone() }), "waits for the ledger");
        assert_eq!(state(&StandingApproval { active: false, ..active.clone() }), "ended");
        assert_eq!(state(&StandingApproval { active: false, uses: 2, ..active.clone() }), "used up");
        let revoked = StandingApproval {
            active: false,
            revoke_time: Some(Timestamp { seconds: 1_700_000_000, nanos: 0 }),
            revoked_by: "humans/cara".into(),
            revoke_reason: "one was wrong".into(),
            ..active
        };
        assert_eq!(state(&revoked), "revoked");
        let text = whole(Some(&revoked));
        for part in ["humans/cara", "one was wrong", "0 of 2", "any"] {
            assert!(text.contains(part), "`{part}` is not in\n{text}");
        }
    }
}
