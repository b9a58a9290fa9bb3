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

/// The shipped rules and others behind them.
fn shipped_and(more: &str) -> String {
    format!("{}\n{more}", include_str!("../../../../policy/access.cedar"))
}

#[test]
fn a_condition_that_no_caller_can_meet_is_refused() {
    let torn = "@id(\"torn\")\npermit (principal is Human, action, resource)\n\
                when { principal.roles.contains(Role::\"reviewer\") && !principal.roles.contains(Role::\"reviewer\") };";
    assert_refused(&shipped_and(torn), &["rule `torn`", "line ", "applies to no caller"]);
    let relay = "@id(\"odd\")\nforbid (principal is Human, action, resource)\n\
                 when { principal.roles.contains(Role::\"relay\") };";
    assert_refused(&shipped_and(relay), &["rule `odd`", "applies to no caller"]);
    let nobody = "@id(\"nobody\") forbid (principal == Human::\"No Body\", action, resource);";
    assert_refused(&shipped_and(nobody), &["rule `nobody`", "applies to no caller"]);
}

#[test]
fn what_three_roles_or_a_name_bring_about_is_no_rule_without_effect() {
    let three = "@id(\"three\")\npermit (principal is Human, action in Action::\"administer\", resource)\n\
                 when { principal.roles.containsAll([Role::\"manager\", Role::\"reviewer\", Role::\"auditor\"]) &&\n\
                 !principal.roles.contains(Role::\"process_owner\") };";
    AccessPolicy::read("access.cedar", &shipped_and(three)).expect("somebody can hold all three");
    let named = "@id(\"named\")\npermit (principal == Service::\"scheduler\", \
                 action == Action::\"countersign.feedback.v1.FeedbackService/RunReport\", resource == Workspace::\"prod\");\n\
                 @id(\"installation\") forbid (principal == Human::\"ben\", action, resource == Workspace::\"-\");";
    AccessPolicy::read("access.cedar", &shipped_and(named)).expect("each applies to whom it names");
}

#[test]
fn a_permit_above_the_ceiling_is_refused() {
    let decides = "@id(\"machine\")\npermit (principal is Generator, action in Action::\"decide\", resource);";
    assert_refused(&shipped_and(decides), &["rule `machine`", "permits only what no file can"]);
    let elsewhere = "@id(\"elsewhere\")\npermit (principal, action, resource)\n\
                     unless { principal.all_workspaces || principal.workspaces.contains(resource) };";
    assert_refused(&shipped_and(elsewhere), &["rule `elsewhere`", "permits only what no file can"]);
}

#[test]
fn a_permit_that_is_always_overridden_is_refused_with_what_overrides_it() {
    let overridden = "@id(\"reports\")\nforbid (principal, action in Action::\"run_reports\", resource);";
    let error = refused(&shipped_and(overridden));
    assert!(error.contains("rule `people.run_reports`"), "{error}");
    assert!(error.contains("whatever it permits, `reports` forbids"), "{error}");
    let line = 1 + shipped_and("").lines().position(|line| line == "@id(\"people.run_reports\")").expect("a line");
    assert!(error.contains(&format!("line {line},")), "{error}");
}

#[test]
fn rules_that_shut_out_everybody_or_every_admin_are_refused() {
    let all = "@id(\"all\") forbid (principal, action, resource);";
    assert_refused(&shipped_and(all), &["nobody could do anything", "`all`"]);
    let admins = "@id(\"no_admins\")\nforbid (principal, action, resource)\n\
                  when { principal.roles.contains(Role::\"admin\") };";
    assert_refused(&shipped_and(admins), &["no admin could do anything", "`no_admins`"]);
    let reviewers = "permit (principal, action, resource) when { principal.roles.contains(Role::\"reviewer\") };";
    assert_refused(reviewers, &["no admin could do anything", "no rule permits them"]);
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

    let text = "permit (principal, action, resource)\n\
                when { principal.roles.containsAny([Role::\"manager\", Role::\"admin\"]) };";
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
fn a_rule_that_can_not_be_evaluated_is_refused() {
    // The sum overflows, which the schema does not show.
    let text = "permit (principal, action, resource);\n@id(\"overflows\")\n\
                forbid (principal, action, resource) when { 9223372036854775807 + 1 > 0 };";
    assert_refused(text, &["line 2, rule `overflows`", "can not be evaluated"]);
}

#[test]
fn the_roles_that_let_a_person_approve_are_those_of_the_rules() {
    let approve = rpc("countersign.candidate.v1.ReviewService/ApproveCandidate");
    let roles = |text: &str| AccessPolicy::read("access.cedar", text).expect("sound").roles_of_people_who_may(approve);
    assert!(roles(&shipped_and("")).into_iter().eq([Role::Admin, Role::Manager, Role::Reviewer]));
    let wider = "permit (principal is Human, action in Action::\"decide\", resource == Workspace::\"prod\")\n\
                 when { principal.roles.contains(Role::\"process_owner\") };";
    assert!(roles(&shipped_and(wider)).contains(&Role::ProcessOwner), "in one workspace");
    let narrower = "forbid (principal is Human, action in Action::\"decide\", resource)\n\
                    when { principal.roles.contains(Role::\"reviewer\") };";
    assert!(roles(&shipped_and(narrower)).into_iter().eq([Role::Admin, Role::Manager]));
}
