use ledger_format::sha256;
use service_kit::access::Role;

use super::Policy;
use crate::domain::{Confidence, ConfidenceLevel, Impact, PolicyVerdict, ReviewPath, ReviewPolicy, Risk, RiskTier};
use crate::keyed_toml::KeyError;

const DEFAULT: &str = include_str!("../../policy/default.toml");
const DAY_SECS: u64 = 24 * 60 * 60;

fn judge(policy: &Policy, action_type: &str, tier: RiskTier, level: ConfidenceLevel) -> PolicyVerdict {
    let risk = Risk { tier, impact: Impact::OwnerTask, reasons: Vec::new() };
    let confidence = Confidence { level, ..Confidence::default() };
    policy.judge(&action_type.parse().expect("a name"), &risk, &confidence)
}

fn wrong(from: &str, to: &str) -> KeyError {
    assert!(DEFAULT.contains(from), "the file has no `{from}`");
    Policy::read("default.toml", &DEFAULT.replacen(from, to, 1)).expect_err("it is wrong")
}

#[test]
fn by_default_one_person_approves_and_not_their_own() {
    let policy = Policy::built_in();
    let expected = PolicyVerdict {
        policy_digest: sha256(&[DEFAULT.as_bytes()]),
        quorum: 1,
        four_eyes: true,
        approver_roles: vec![Role::Reviewer, Role::Manager, Role::Admin],
        reasons: vec!["one person approves, and not their own proposal or edit".into()],
        expire_after_secs: 14 * DAY_SECS,
        approval_valid_for_secs: 7 * DAY_SECS,
        path: ReviewPath::Standard,
        bulk_allowed: false,
        escalations: Vec::new(),
        rejection_memory_secs: 0,
    };
    assert_eq!(judge(&policy, "create_task", RiskTier::ApprovalRequired, ConfidenceLevel::Low), expected);
    assert_eq!(policy.digest(), expected.policy_digest);
}

#[test]
fn rules_apply_in_order_where_all_their_conditions_hold() {
    let text = format!(
        "{DEFAULT}
        [[rules]]
        reason = \"two look at what is of high risk\"
        when.risk_tiers = [\"HIGH\"]
        quorum = 2

        [[rules]]
        reason = \"a manager looks at doubtful changes of records\"
        when.action_types = [\"update_field\"]
        when.confidence_levels = [\"LOW\", \"NEEDS_REVIEW\"]
        approver_roles = [\"manager\"]
        quorum = 1
        expire_after_days = 2
        "
    );
    let policy = Policy::read("strict.toml", &text).expect("a policy");
    assert_ne!(policy.digest(), Policy::built_in().digest());
    let quorum_and_roles = |action_type, tier, level| {
        let verdict = judge(&policy, action_type, tier, level);
        (verdict.quorum, verdict.approver_roles.len(), verdict.expire_after_secs / DAY_SECS, verdict.reasons.len())
    };
    assert_eq!(quorum_and_roles("update_field", RiskTier::Low, ConfidenceLevel::High), (1, 3, 14, 1));
    assert_eq!(quorum_and_roles("create_task", RiskTier::High, ConfidenceLevel::Low), (2, 3, 14, 3));
    assert_eq!(quorum_and_roles("update_field", RiskTier::High, ConfidenceLevel::Low), (1, 1, 2, 4));
}

#[test]
fn what_is_wrong_is_named_by_key() {
    for (from, to, key, words) in [
        ("quorum = 1\nfour", "quorum = 0\nfour", "default.quorum", "`1`"),
        ("quorum = 1\nfour", "quorum = 17\nfour", "default.quorum", "`16`"),
        ("quorum = 1\nfour", "four", "default.quorum", "missing"),
        ("four_eyes = true", "four_eyes = 1", "default.four_eyes", "bool"),
        ("[\"reviewer\", \"manager\", \"admin\"]", "[]", "default.approver_roles", "nobody"),
        ("[\"reviewer\", \"manager\", \"admin\"]", "[\"boss\"]", "default.approver_roles", "boss"),
        ("[\"reviewer\", \"manager\", \"admin\"]", "[\"executor\"]", "default.approver_roles", "machines"),
        ("[\"reviewer\", \"manager\", \"admin\"]", "[\"proposer\"]", "default.approver_roles", "machines"),
        ("expire_after_days = 14", "expire_after_days = 0", "default.expire_after_days", "`3650`"),
        ("expire_after_days = 14", "expire_after_days = 3651", "default.expire_after_days", "`3650`"),
        ("expire_after_days = 14", "expire_after = 14", "default.expire_after", "no such key"),
        ("reason = \"one", "reason = \" \" # \"one", "default.reason", "empty"),
        ("four_eyes = true", "four_eyes = true\nwhen.risk_tiers = [\"LOW\"]", "default.when", "every candidate"),
        ("[default]", "[defaults]", "default", "missing"),
    ] {
        let error = wrong(from, to);
        assert_eq!((error.file.as_str(), error.key.as_str()), ("default.toml", key), "{error}");
        assert!(error.reason.contains(words), "{error}");
    }
    let error = Policy::read("p.toml", &format!("{DEFAULT}\n[[rules]]\nreason = \"x\"\nwhen.risk = [\"LOW\"]"));
    let error = error.expect_err("it is wrong");
    assert_eq!(error.key, "rules[0].when", "{error}");
}
