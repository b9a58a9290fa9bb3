use ledger_format::sha256;
use service_kit::access::{AccessPolicy, Role};

use super::{Approvers, Policy, TEXT_MAX_BYTES};
use crate::catalogue::Catalogue;
use crate::domain::{
    Confidence, ConfidenceLevel, Impact, PolicyCase, PolicyVerdict, ReviewPath, ReviewPolicy, Risk, RiskTier,
};
use crate::keyed_toml::KeyError;

const DEFAULT: &str = include_str!("../../policy/default.toml");
/// What holds for every candidate, and no rule.
const BASE: &str = r#"
[default]
reason = "one person approves, and not their own proposal or edit"
quorum = 1
four_eyes = true
approver_roles = ["reviewer", "manager", "admin"]
expire_after_days = 14
approval_valid_for_days = 7
"#;
const DAY_SECS: u64 = 24 * 60 * 60;

fn judge(policy: &Policy, action_type: &str, tier: RiskTier, level: ConfidenceLevel) -> PolicyVerdict {
    judge_of(policy, "generators/crm-rules", action_type, tier, level)
}

fn judge_of(
    policy: &Policy,
    proposer: &str,
    action_type: &str,
    tier: RiskTier,
    level: ConfidenceLevel,
) -> PolicyVerdict {
    policy.judge(PolicyCase {
        action_type: &action_type.parse().expect("a name"),
        proposer: Some(&proposer.parse().expect("a principal")),
        risk: &Risk { tier, impact: Impact::OwnerTask, reasons: Vec::new() },
        confidence: &Confidence { level, ..Confidence::default() },
    })
}

/// Whom the shipped access policy lets approve.
fn approvers() -> Approvers {
    Approvers::under(&AccessPolicy::shipped())
}

fn wrong(from: &str, to: &str) -> KeyError {
    assert!(BASE.contains(from), "the file has no `{from}`");
    Policy::read("default.toml", &BASE.replacen(from, to, 1)).expect_err("it is wrong")
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
        "{BASE}
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
        ("[default]", "[defaults]", "defaults", "did you mean `default`"),
    ] {
        let error = wrong(from, to);
        assert_eq!((error.file.as_str(), error.key.as_str()), ("default.toml", key), "{error}");
        assert!(error.reason.contains(words), "{error}");
    }
    let error = Policy::read("p.toml", &format!("{BASE}\n[[rules]]\nreason = \"x\"\nwhen.risk = [\"LOW\"]"));
    let error = error.expect_err("it is wrong");
    assert_eq!(error.key, "rules[0].when", "{error}");
}

fn with_rules(rules: &str) -> Policy {
    Policy::read("p.toml", &format!("{BASE}\n{rules}")).expect("a policy")
}

#[test]
fn the_built_in_policy_suits_the_built_in_catalogue() {
    Policy::built_in().check("default.toml", &Catalogue::built_in(), &approvers()).expect("it suits");
}

#[test]
fn a_policy_has_a_text_and_rules_that_people_can_survey() {
    let long = |bytes: usize| format!("{BASE}#{}", "x".repeat(bytes - BASE.len() - 1));
    assert!(Policy::read("p.toml", &long(TEXT_MAX_BYTES - 1)).is_ok());
    assert!(Policy::read("p.toml", &long(TEXT_MAX_BYTES)).is_ok());
    let error = Policy::read("p.toml", &long(TEXT_MAX_BYTES + 1)).expect_err("too long");
    assert!(error.key.is_empty() && error.reason.contains("49153"), "{error}");

    let many = |rules: usize| format!("{BASE}{}", "[[rules]]\nreason = \"x\"\nquorum = 2\n".repeat(rules));
    assert!(Policy::read("p.toml", &many(63)).is_ok() && Policy::read("p.toml", &many(64)).is_ok());
    let error = Policy::read("p.toml", &many(65)).expect_err("too many");
    assert_eq!(error.key, "rules", "{error}");
}

#[test]
fn every_setting_of_a_rule_reaches_the_verdict() {
    let policy = with_rules(
        "[[rules]]
        reason = \"small tasks are light\"
        when.action_types = [\"create_task\"]
        path = \"LIGHT\"
        bulk_allowed = true
        remember_rejection_days = 30
        escalate = [{ after_days = 2, to = \"humans/bea\" }, { after_days = 5, to = \"roles/manager\" }]",
    );
    policy.check("p.toml", &Catalogue::built_in(), &approvers()).expect("it stands");
    let verdict = judge(&policy, "create_task", RiskTier::Low, ConfidenceLevel::High);
    assert_eq!((verdict.path, verdict.bulk_allowed), (ReviewPath::Light, true));
    assert_eq!(verdict.rejection_memory_secs, 30 * DAY_SECS);
    let steps: Vec<(u64, String)> =
        verdict.escalations.iter().map(|step| (step.after_secs / DAY_SECS, step.to.to_string())).collect();
    assert_eq!(steps, [(2, "humans/bea".to_owned()), (5, "roles/manager".to_owned())]);
}

#[test]
fn a_rule_may_be_for_the_machines_that_it_names_alone() {
    let policy = with_rules(
        "[[rules]]
        reason = \"what these are sure of gets a short look\"
        when.proposers = [\"generators/crm-rules\", \"services/import\"]
        path = \"LIGHT\"",
    );
    policy.check("p.toml", &Catalogue::built_in(), &approvers()).expect("it stands");
    for (proposer, path) in [
        ("generators/crm-rules", ReviewPath::Light),
        ("services/import", ReviewPath::Light),
        ("generators/crm", ReviewPath::Standard),
        ("humans/anna", ReviewPath::Standard),
    ] {
        let verdict = judge_of(&policy, proposer, "create_task", RiskTier::Low, ConfidenceLevel::High);
        assert_eq!(verdict.path, path, "{proposer}");
    }
    for (proposers, words) in [("[\"humans/anna\"]", "no generator"), ("[\"crm\"]", "no generator")] {
        let text = format!("{BASE}\n[[rules]]\nreason = \"x\"\nwhen.proposers = {proposers}\nquorum = 2");
        let error = Policy::read("p.toml", &text).expect_err(proposers);
        assert_eq!(error.key, "rules[0].when", "{error}");
        assert!(error.reason.contains(words), "{error}");
    }
    let many: Vec<String> = (0..65).map(|number| format!("\"generators/g{number}\"")).collect();
    let text = format!("{BASE}\n[[rules]]\nreason = \"x\"\nwhen.proposers = [{}]\nquorum = 2", many.join(", "));
    assert_eq!(Policy::read("p.toml", &text).expect_err("too many").key, "rules");
}

#[test]
fn high_risk_is_always_strict_and_single() {
    let policy = with_rules("[[rules]]\nreason = \"all is light\"\npath = \"LIGHT\"\nbulk_allowed = true");
    policy
        .check("p.toml", &Catalogue::built_in(), &approvers())
        .expect("it stands: what is of high risk is left out by itself");
    let verdict = judge(&policy, "create_task", RiskTier::High, ConfidenceLevel::High);
    assert_eq!((verdict.path, verdict.bulk_allowed), (ReviewPath::Strict, false));
    assert_eq!(verdict.reasons.last().map(String::as_str), Some("what is of high risk is decided singly"));
}

#[test]
fn a_rule_that_never_has_an_effect_is_named() {
    for (rules, key, words) in [
        (
            "[[rules]]\nreason = \"x\"\nwhen.action_types = [\"no_such\"]\nquorum = 2",
            "rules[0].when.action_types",
            "`create_task`",
        ),
        ("[[rules]]\nreason = \"x\"\nwhen.risk_tiers = []\nquorum = 2", "rules[0].when", "no candidate"),
        (
            "[[rules]]\nreason = \"x\"\nwhen.action_types = [\"update_field\"]\nwhen.risk_tiers = [\"LOW\"]\nquorum = 2",
            "rules[0].when",
            "never below its default",
        ),
        ("[[rules]]\nreason = \"x\"", "rules[0]", "asks for nothing"),
        (
            "[[rules]]\nreason = \"x\"\nwhen.risk_tiers = [\"HIGH\"]\nquorum = 2\n[[rules]]\nreason = \"y\"\nquorum = 3",
            "rules[0]",
            "overrule",
        ),
        ("[[rules]]\nreason = \"x\"\nwhen.proposers = []\nquorum = 2", "rules[0].when", "no candidate"),
        (
            "[[rules]]\nreason = \"x\"\nwhen.proposers = [\"generators/a\"]\nquorum = 2\n\
             [[rules]]\nreason = \"y\"\nwhen.proposers = [\"generators/a\", \"generators/b\"]\nquorum = 3",
            "rules[0]",
            "overrule",
        ),
    ] {
        let error = with_rules(rules).check("p.toml", &Catalogue::built_in(), &approvers()).expect_err(rules);
        assert_eq!((error.file.as_str(), error.key.as_str()), ("p.toml", key), "{error}");
        assert!(error.reason.contains(words), "{error}");
    }
}

#[test]
fn demands_that_cannot_stand_together_are_named() {
    for (rules, key, words) in [
        (
            "[[rules]]\nreason = \"x\"\nescalate = [{ after_days = 14, to = \"roles/manager\" }]",
            "rules[0].escalate",
            "expires before",
        ),
        (
            "[[rules]]\nreason = \"x\"\npath = \"STRICT\"\nwhen.risk_tiers = [\"APPROVAL_REQUIRED\"]\nbulk_allowed = true",
            "rules[0].bulk_allowed",
            "never in bulk",
        ),
        (
            "[[rules]]\nreason = \"x\"\nwhen.risk_tiers = [\"HIGH\"]\npath = \"LIGHT\"",
            "rules[0].path",
            "always decided singly",
        ),
        (
            "[[rules]]\nreason = \"x\"\nwhen.action_types = [\"change_policy\"]\nbulk_allowed = true",
            "rules[0].bulk_allowed",
            "always decided singly",
        ),
        (
            "[[rules]]\nreason = \"x\"\nwhen.risk_tiers = [\"HIGH\", \"HIGH\"]\npath = \"LIGHT\"",
            "rules[0].path",
            "always decided singly",
        ),
        (
            "[[rules]]\nreason = \"x\"\npath = \"LIGHT\"\n[[rules]]\nreason = \"y\"\nwhen.risk_tiers = [\"LOW\"]\nquorum = 2",
            "rules[1].quorum",
            "one approval is enough",
        ),
    ] {
        let error = with_rules(rules).check("p.toml", &Catalogue::built_in(), &approvers()).expect_err(rules);
        assert_eq!((error.file.as_str(), error.key.as_str()), ("p.toml", key), "{error}");
        assert!(error.reason.contains(words), "{error}");
    }
}

#[test]
fn a_role_that_the_access_policy_does_not_let_approve_is_named() {
    let rule = "[[rules]]\nreason = \"x\"\napprover_roles = [\"admin\", \"process_owner\"]";
    let error = with_rules(rule).check("p.toml", &Catalogue::built_in(), &approvers()).expect_err("nobody could");
    assert_eq!((error.file.as_str(), error.key.as_str()), ("p.toml", "rules[0].approver_roles"));
    assert!(error.reason.contains("`process_owner`") && error.reason.contains("`reviewer`"), "{error}");
    let text = BASE.replace("\"reviewer\", \"manager\", \"admin\"", "\"auditor\"");
    let read = Policy::read_checked("p.toml", &text, &Catalogue::built_in(), &approvers());
    assert_eq!(read.expect_err("nobody could").key, "default.approver_roles");

    let shipped = include_str!("../../../service-kit/policy/access.cedar");
    let wider = "permit (principal is Human, action in Action::\"decide\", resource)\n\
                 when { principal.roles.contains(Role::\"process_owner\") };";
    let access = AccessPolicy::read("access.cedar", &format!("{shipped}\n{wider}")).expect("sound");
    let wider = Approvers::under(&access);
    with_rules(rule).check("p.toml", &Catalogue::built_in(), &wider).expect("they may approve there");
}

#[test]
fn a_role_that_the_access_policy_does_not_let_approve_is_not_escalated_to() {
    let to = |role: &str| {
        format!("escalate = [{{ after_days = 1, to = \"roles/manager\" }}, {{ after_days = 2, to = \"{role}\" }}]")
    };
    let rule = |role: &str| format!("{BASE}\n[[rules]]\nreason = \"x\"\n{}", to(role));
    let default = |role: &str| format!("{BASE}\n{}", to(role));
    for (text, key) in [
        (rule("roles/process_owner"), "rules[0].escalate[1].to"),
        (default("roles/process_owner"), "default.escalate[1].to"),
    ] {
        let read = Policy::read_checked("p.toml", &text, &Catalogue::built_in(), &approvers());
        let error = read.expect_err(&text);
        assert_eq!((error.file.as_str(), error.key.as_str()), ("p.toml", key), "{error}");
        assert!(error.reason.contains("does not let the role") && error.reason.contains("`reviewer`"), "{error}");
    }
    let admins_alone =
        format!("{BASE}\n[[rules]]\nreason = \"x\"\napprover_roles = [\"admin\"]\n{}", to("roles/admin"));
    let read = Policy::read_checked("p.toml", &admins_alone, &Catalogue::built_in(), &approvers());
    let error = read.expect_err("managers may not approve there");
    assert_eq!(error.key, "rules[0].escalate", "{error}");
    assert!(error.reason.contains("`roles/manager`, and only `admin` may approve it"), "{error}");
    for text in [rule("roles/admin"), default("roles/reviewer"), rule("humans/bea")] {
        Policy::read_checked("p.toml", &text, &Catalogue::built_in(), &approvers()).expect(&text);
    }
}

#[test]
fn a_chain_is_in_order_of_time_and_leads_to_people() {
    for (chain, key, words) in [
        ("{ after_days = 0, to = \"roles/manager\" }", "rules[0].escalate[0].after_days", "`1`"),
        ("{ after_days = 2, to = \"roles/executor\" }", "rules[0].escalate[0].to", "roles/manager"),
        (
            "{ after_days = 2, to = \"humans/a\" }, { after_days = 2, to = \"humans/b\" }",
            "rules[0].escalate[1].after_days",
            "order of time",
        ),
        ("{ after_days = 2, too = \"humans/a\" }", "rules[0].escalate[0].to", "missing"),
    ] {
        let text = format!("{BASE}\n[[rules]]\nreason = \"x\"\nescalate = [{chain}]");
        let error = Policy::read("p.toml", &text).expect_err(chain);
        assert_eq!(error.key, key, "{error}");
        assert!(error.reason.contains(words), "{error}");
    }
}
