use std::fs;

use super::callers::{caller, rpc, with_scope, workspace};
use crate::{
    access::{AccessPolicy, PrincipalKind, Role, Scope},
    data_dir::DataDir,
};

fn refused(text: &str) -> String {
    AccessPolicy::read("access.cedar", text).expect_err("not sound").to_string()
}

fn assert_refused(text: &str, words: &[&str]) {
    let error = refused(text);
    assert!(error.contains("`access.cedar`"), "{error}");
    for word in words {
        assert!(error.contains(word), "no {word} in: {error}");
    }
}

#[test]
fn what_is_not_cedar_is_refused_with_its_line() {
    assert_refused("permit (principal, action, resource);\n\npermit principal;\n", &["line 3", "unexpected token"]);
}

#[test]
fn an_unknown_rpc_role_kind_or_attribute_is_refused_with_rule_and_line() {
    let rule = |scope: &str, condition: &str| {
        format!("// a comment\n@id(\"mine\")\npermit ({scope}, resource)\nwhen {{ {condition} }};\n")
    };
    let any = "principal, action";
    assert_refused(&rule("principal, action == Action::\"approve\"", "true"), &["line 3, rule `mine`", "approve"]);
    assert_refused(&rule("principal is Person, action", "true"), &["line 3, rule `mine`", "Person"]);
    assert_refused(&rule(any, "principal.roles.contains(Role::\"revewer\")"), &["line 4, rule `mine`", "revewer"]);
    assert_refused(&rule(any, "principal.role == Role::\"admin\""), &["line 4, rule `mine`", "`role`"]);
    assert_refused(&rule(any, "principal.roles == \"admin\""), &["line 4, rule `mine`"]);
}

#[test]
fn a_rule_that_can_never_apply_is_refused() {
    let never =
        "@id(\"never\")\npermit (principal, action, resource)\nwhen { principal is Human && principal is Service };";
    assert_refused(never, &["rule `never`", "impossible"]);
    let nobody = "@id(\"nobody\")\npermit (principal is Human, action in Action::\"execute\", resource);";
    assert_refused(nobody, &["rule `nobody`"]);
}

#[test]
fn two_rules_of_one_id_a_template_and_a_file_without_permit_are_refused() {
    let twice =
        "@id(\"a\") permit (principal, action, resource); @id(\"a\") forbid (principal is Service, action, resource);";
    assert_refused(twice, &["two rules with the id `a`"]);
    assert_refused("@id(\"slot\") permit (principal == ?principal, action, resource);", &["template, `slot`"]);
    assert_refused("", &["permits nothing"]);
    assert_refused("forbid (principal, action, resource);", &["permits nothing"]);
}

#[test]
fn the_file_of_the_data_folder_replaces_the_shipped_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = DataDir::open(folder.path()).expect("opened");
    let reviewer = caller(PrincipalKind::Human, &[Role::Reviewer]);
    let approve = rpc("countersign.candidate.v1.ReviewService/ApproveCandidate");
    assert!(AccessPolicy::in_force(&data_dir).expect("shipped").decide(&reviewer, approve, None).is_ok());

    let text = "permit (principal, action, resource) when { principal.roles.contains(Role::\"manager\") };";
    fs::write(data_dir.access_policy(), text).expect("written");
    let policy = AccessPolicy::in_force(&data_dir).expect("sound");
    assert!(policy.decide(&reviewer, approve, None).is_err());
    assert!(policy.decide(&caller(PrincipalKind::Human, &[Role::Manager]), approve, None).is_ok());

    fs::write(data_dir.access_policy(), "permit").expect("written");
    let error = AccessPolicy::in_force(&data_dir).expect_err("not sound").to_string();
    assert!(error.contains(&data_dir.access_policy().display().to_string()), "{error}");
    fs::write(data_dir.access_policy(), [0xff]).expect("written");
    assert!(AccessPolicy::in_force(&data_dir).expect_err("not text").to_string().contains("can not be read"));
}

#[test]
fn a_rule_can_speak_of_one_workspace_and_one_person() {
    let shipped = include_str!("../../../../policy/access.cedar");
    let text = format!(
        "{shipped}\n@id(\"prod_is_for_managers\")\n\
         forbid (principal, action in Action::\"decide\", resource == Workspace::\"prod\")\n\
         unless {{ principal.roles.contains(Role::\"manager\") || principal == Human::\"caller\" }};\n"
    );
    let approve = rpc("countersign.candidate.v1.ReviewService/ApproveCandidate");
    let named = AccessPolicy::read("access.cedar", &text).expect("sound");
    let nobody_named = text.replace("Human::\"caller\"", "Human::\"anna\"");
    let unnamed = AccessPolicy::read("access.cedar", &nobody_named).expect("sound");
    let (prod, other) = (workspace("prod"), workspace("other"));

    let reviewer = with_scope(PrincipalKind::Human, &[Role::Reviewer], Scope::All);
    assert!(named.decide(&reviewer, approve, Some(&prod)).is_ok());
    assert!(unnamed.decide(&reviewer, approve, None).is_ok());
    assert!(unnamed.decide(&reviewer, approve, Some(&other)).is_ok());
    let refusal = unnamed.decide(&reviewer, approve, Some(&prod)).expect_err("forbidden there");
    assert_eq!(refusal.rules(), "prod_is_for_managers");
    // A token for that workspace alone is refused at the door already.
    let bound = with_scope(PrincipalKind::Human, &[Role::Reviewer], Scope::One(prod));
    assert!(unnamed.decide(&bound, approve, None).is_err());
}

#[test]
fn every_example_of_the_documentation_is_sound_beside_the_shipped_rules() {
    let shipped = include_str!("../../../../policy/access.cedar");
    let documentation = include_str!("../../../../../docs/access.md");
    let examples: Vec<&str> =
        documentation.split("```cedar\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 3);
    AccessPolicy::read("docs/access.md", &format!("{shipped}\n{}", examples.concat())).expect("sound together");
}

#[test]
fn a_rule_that_can_not_be_evaluated_lets_nothing_through() {
    // The sum overflows, which no check of the text can know.
    let text = "permit (principal, action, resource);\n@id(\"overflows\")\n\
                forbid (principal, action, resource) when { 9223372036854775807 + 1 > 0 };";
    let policy = AccessPolicy::read("access.cedar", text).expect("sound as far as its text goes");
    let admin = caller(PrincipalKind::Human, &[Role::Admin]);
    let list = rpc("countersign.candidate.v1.ReviewService/ListCandidates");
    assert_eq!(policy.decide(&admin, list, None).expect_err("fails closed").rules(), "overflows");
}
