use std::sync::Arc;

use super::*;
use crate::catalogue::Catalogue;
use crate::domain::tests::story::Story;
use crate::domain::{EvidenceField, EvidenceItem, Propose, RecordReference, SourceField, Trigger};
use crate::keyed_toml::KeyError;

const FILE: &str = r#"
[[rules]]
when.object_types = ["deal"]
owner = { from = "record_owner", field = "sales_agent", people = { "Anna Snelling" = "humans/anna-snelling", "Ben" = "humans/ben" } }

[[rules]]
when.object_types = ["deal"]
owner = { from = "manager", field = "manager", people = { "Rocco Neubert" = "humans/rocco" } }

[[rules]]
when.action_types = ["draft_reply"]
when.record_systems = ["mail"]
owner = { team = ["humans/anna", "humans/ben", "humans/cara"], by = "round_robin" }

[[rules]]
when.record_systems = ["crm"]
owner = { person = "humans/desk" }
"#;

const TEAMS: &str = r#"
[[teams]]
name = "support"
members = ["humans/anna", "humans/ben"]

[[teams]]
name = "sales"
members = ["humans/anna", "humans/cara"]

[[teams]]
name = "night"
members = ["humans/ben"]

[[rules]]
when.object_types = ["deal"]
team = "sales"
owner = { from = "record_owner", field = "sales_agent", people = { "Anna" = "humans/anna" } }

[[rules]]
when.record_systems = ["mail"]
owner = { team = "night", by = "round_robin" }

[[rules]]
owner = { from = "record_owner", field = "sales_agent", people = { "Anna" = "humans/anna", "Dora" = "humans/dora" } }
"#;

fn read(text: &str) -> Result<Owners, KeyError> {
    Owners::read("owners.toml", text, &Catalogue::built_in())
}

/// A proposal about a record, by a trigger with these values.
fn proposal(action_type: &str, record: Option<(&str, &str, &str)>, fields: &[(&str, &str)]) -> Propose {
    let mut propose = Story::new().proposal();
    propose.owner = None;
    propose.evidence.clear();
    propose.proposal.action_type = action_type.parse().expect("a name");
    propose.proposal.record = record.map(|(system, object_type, id)| RecordReference {
        system: system.into(),
        object_type: object_type.into(),
        id: id.into(),
        ..RecordReference::default()
    });
    let fields = fields.iter().map(|(name, value)| SourceField { name: (*name).into(), value: (*value).into() });
    propose.proposal.trigger =
        Arc::new(Trigger { fields: fields.collect(), ..Trigger::clone(&propose.proposal.trigger) });
    propose
}

fn found(owners: &Owners, propose: &Propose) -> Option<(String, String)> {
    owners.find(propose, |_| 0).map(|found| (found.owner.to_string(), found.reason))
}

#[test]
fn the_first_rule_that_knows_somebody_counts_and_is_named() {
    let owners = read(FILE).expect("rules");
    let deal = Some(("crm", "deal", "7"));
    for (propose, owner, reason) in [
        (proposal("create_task", deal, &[("sales_agent", "Ben")]), "humans/ben", "rule 1: the record's owner"),
        (
            proposal("create_task", deal, &[("sales_agent", "Who"), ("manager", "Rocco Neubert")]),
            "humans/rocco",
            "rule 2: the manager of the record's owner",
        ),
        (proposal("create_task", deal, &[("sales_agent", "")]), "humans/desk", "rule 4: the person it names"),
        (
            proposal("create_task", Some(("crm", "account", "7")), &[("sales_agent", "Ben")]),
            "humans/desk",
            "rule 4: the person it names",
        ),
    ] {
        assert_eq!(found(&owners, &propose), Some((owner.into(), reason.into())));
    }
}

#[test]
fn nobody_is_found_where_no_rule_knows() {
    let owners = read(FILE).expect("rules");
    assert_eq!(found(&owners, &proposal("create_task", Some(("erp", "order", "7")), &[])), None);
    assert_eq!(found(&owners, &proposal("create_task", None, &[("sales_agent", "Ben")])), None);
    assert_eq!(found(&Owners::default(), &proposal("create_task", Some(("crm", "deal", "7")), &[])), None);
}

#[test]
fn a_value_of_the_evidence_serves_where_the_trigger_has_none() {
    let owners = read(FILE).expect("rules");
    let mut propose = proposal("create_task", Some(("crm", "deal", "7")), &[]);
    propose.evidence = vec![EvidenceItem {
        kind: "record_field".parse().expect("a kind"),
        title: "The deal".into(),
        summary: String::new(),
        link: String::new(),
        content_sha256: None,
        read_at: None,
        fields: vec![EvidenceField { name: "sales_agent".into(), value: "Anna Snelling".into() }],
    }];
    assert_eq!(found(&owners, &propose).expect("an owner").0, "humans/anna-snelling");
}

#[test]
fn a_team_takes_turns_in_the_order_of_the_file() {
    let owners = read(FILE).expect("rules");
    let propose = proposal("draft_reply", Some(("mail", "thread", "7")), &[]);
    let after = |given: u64| owners.find(&propose, |_| given).expect("an owner").owner.to_string();
    let dealt: Vec<String> = (0..7).map(after).collect();
    let (anna, ben, cara) = ("humans/anna", "humans/ben", "humans/cara");
    assert_eq!(dealt, [anna, ben, cara, anna, ben, cara, anna]);
    assert_eq!(after(u64::MAX), anna, "18446744073709551615 is a multiple of three");
}

#[test]
fn turns_are_counted_by_members_and_order() {
    let team = |text: &str| {
        let owners = read(text).expect("rules");
        assert!(owners.take_turns());
        owners.find(&proposal("draft_reply", Some(("mail", "thread", "7")), &[]), |_| 0).expect("an owner").turn
    };
    assert_eq!(team(FILE), team(&format!("{FILE}\n")), "read again, it is the same team");
    assert_ne!(team(FILE), team(&FILE.replace(", \"humans/cara\"", "")));
    assert_ne!(team(FILE), team(&FILE.replace("\"humans/anna\", \"humans/ben\"", "\"humans/ben\", \"humans/anna\"")));
    let by_person = proposal("create_task", Some(("crm", "account", "7")), &[]);
    assert_eq!(read(FILE).expect("rules").find(&by_person, |_| 0).expect("an owner").turn, None);
    let named = FILE.replace(r#"["humans/anna", "humans/ben", "humans/cara"]"#, r#""mail""#);
    let mail = r#"members = ["humans/anna", "humans/ben", "humans/cara"]"#;
    assert_eq!(team(FILE), team(&format!("[[teams]]\nname = \"mail\"\n{mail}\n{named}")), "a name changes no turn");
    assert!(!Owners::default().take_turns());
}

#[test]
fn the_team_is_that_of_the_rule_or_turn_else_the_first_that_lists_the_owner() {
    let owners = read(TEAMS).expect("rules");
    let team = |propose: &Propose| owners.find(propose, |_| 0).expect("an owner").team.map(|team| team.to_string());
    let deal = |agent| proposal("create_task", Some(("crm", "deal", "7")), &[("sales_agent", agent)]);
    assert_eq!(team(&deal("Anna")).as_deref(), Some("sales"), "the rule says so");
    let dealt = proposal("draft_reply", Some(("mail", "thread", "7")), &[]);
    assert_eq!(team(&dealt).as_deref(), Some("night"), "its turn it was");
    let account = |agent| proposal("create_task", Some(("crm", "account", "7")), &[("sales_agent", agent)]);
    assert_eq!(team(&account("Anna")).as_deref(), Some("support"), "it lists Anna before `sales` does");
    assert_eq!(team(&account("Dora")), None, "no team lists Dora");
    let listed = |id: &str| owners.team_of(&id.parse().expect("a person")).map(ToString::to_string);
    assert_eq!(listed("humans/ben").as_deref(), Some("support"));
    assert_eq!(listed("humans/cara").as_deref(), Some("sales"));
    assert_eq!(listed("humans/dora"), None);
    assert_eq!(Owners::default().team_of(&"humans/anna".parse().expect("a person")), None);
}

#[test]
fn what_is_wrong_is_named_by_file_key_and_reason() {
    let rule = |when: &str, owner: &str| format!("[[rules]]\n{when}\nowner = {owner}\n");
    let person = r#"{ person = "humans/anna" }"#;
    let named = |name: &str| format!("[[teams]]\nname = \"{name}\"\nmembers = [\"humans/a\"]\n");
    for (text, key, part) in [
        ("rules = 7".to_owned(), "rules", "invalid type"),
        ("[[rule]]".to_owned(), "rule", "no such key"),
        (rule("", "7"), "rules[0].owner", "invalid type"),
        (rule("", "{ }"), "rules[0].owner.from", "add `from`, `person` or `team`"),
        (rule("", r#"{ person = "anna" }"#), "rules[0].owner.person", "`anna` is not a person"),
        (rule("", r#"{ person = "services/executor" }"#), "rules[0].owner.person", "is not a person"),
        (rule("", r#"{ person = "humans/a", team = ["humans/b"] }"#), "rules[0].owner.by", "it is missing"),
        (rule("", r#"{ team = ["humans/b"], by = "load" }"#), "rules[0].owner.by", "round_robin"),
        (rule("", r#"{ team = [], by = "round_robin" }"#), "rules[0].owner.team", "it is empty"),
        (rule("", r#"{ team = ["humans/b", "humans/b"], by = "round_robin" }"#), "rules[0].owner.team", "twice"),
        (rule("", r#"{ from = "boss", field = "x", people = {} }"#), "rules[0].owner.from", "unknown variant"),
        (rule("", r#"{ from = "manager", people = {} }"#), "rules[0].owner.field", "it is missing"),
        (rule("", r#"{ from = "manager", field = " ", people = {} }"#), "rules[0].owner.field", "it is empty"),
        (rule("", r#"{ from = "manager", field = "m", people = {} }"#), "rules[0].owner.people", "it is empty"),
        (
            rule("", r#"{ from = "manager", field = "m", people = { R = "rocco" } }"#),
            "rules[0].owner.people.R",
            "not a person",
        ),
        (rule("when.colours = []", person), "rules[0].when", "unknown field"),
        (rule("when.object_types = []", person), "rules[0].when.object_types", "names nothing"),
        (
            rule("when.action_types = [\"sing\"]", person),
            "rules[0].when.action_types",
            "there is no action type `sing`",
        ),
        (rule("", r#"{ team = 7, by = "round_robin" }"#), "rules[0].owner.team", "invalid type"),
        (rule("", r#"{ team = "mail", by = "round_robin" }"#), "rules[0].owner.team", "add it under `[[teams]]`"),
        (rule("team = \"mail\"", person), "rules[0].team", "there is no team `mail`: add it"),
        (
            TEAMS.replace("team = \"sales\"", "team = \"sale\""),
            "rules[0].team",
            "name one of `night`, `sales`, `support`",
        ),
        (
            rule("team = \"a\"", r#"{ team = "b", by = "round_robin" }"#) + &named("a") + &named("b"),
            "rules[0].team",
            "the member of `b` whose turn it is",
        ),
        (named("a") + &named("a"), "teams[1].name", "two teams `a`"),
        (named("Night shift"), "teams[0].name", "`Night shift` is not one word"),
        (named("a").replace("humans/a", "a"), "teams[0].members", "`a` is not a person"),
        (named("a").replace("\"humans/a\"", ""), "teams[0].members", "it is empty"),
        (named("a") + "by = 7", "teams[0].by", "no such key"),
    ] {
        let error = read(&text).expect_err(&text);
        assert_eq!((error.file.as_str(), error.key.as_str()), ("owners.toml", key), "{text}: {error}");
        assert!(error.reason.contains(part), "{text}: {error}");
    }
}

#[test]
fn a_rule_that_never_speaks_is_refused() {
    let everybody = "[[rules]]\nowner = { person = \"humans/anna\" }\n";
    let crm = "[[rules]]\nwhen.record_systems = [\"crm\"]\nowner = { person = \"humans/ben\" }\n";
    let deals = "[[rules]]\nwhen.object_types = [\"deal\"]\nowner = { person = \"humans/ben\" }\n";
    let by_field = |people: &str| {
        format!("[[rules]]\nowner = {{ from = \"record_owner\", field = \"agent\", people = {{ {people} }} }}\n")
    };
    let (one, two) = (by_field("A = \"humans/a\""), by_field("A = \"humans/a\", B = \"humans/b\""));
    for silenced in [
        format!("{everybody}{crm}"),
        format!("{crm}{crm}"),
        format!("{two}{one}"),
        format!(
            "{crm}{deals}[[rules]]\nwhen.record_systems = [\"crm\"]\nwhen.object_types = [\"deal\", \"task\"]\nowner = {{ person = \"humans/c\" }}"
        ),
    ] {
        let error = read(&silenced).expect_err(&silenced);
        assert!(error.key.starts_with("rules[") && error.reason.contains("earlier rules answer"), "{error}");
    }
    for heard in
        [format!("{crm}{everybody}"), format!("{one}{two}"), format!("{two}{everybody}"), format!("{crm}{deals}")]
    {
        read(&heard).expect(&heard);
    }
}

/// Each of the earlier rules leaves something over, and all together leave nothing.
#[test]
fn a_rule_that_several_earlier_rules_answer_together_is_refused() {
    let person = |when: &str| format!("[[rules]]\n{when}\nowner = {{ person = \"humans/anna\" }}\n");
    let by_field = |when: &str, field: &str, values: &[&str]| {
        let people: Vec<String> = values.iter().map(|value| format!("{value} = \"humans/{value}\"")).collect();
        let people = people.join(", ");
        format!(
            "[[rules]]\n{when}\nowner = {{ from = \"record_owner\", field = \"{field}\", people = {{ {people} }} }}\n"
        )
    };
    let catalogue = Catalogue::built_in();
    let of_type: Vec<String> =
        catalogue.iter().map(|entry| person(&format!("when.action_types = [\"{}\"]", entry.name))).collect();
    let (all_types, all_but_one) = (of_type.concat(), of_type[1..].concat());
    let (crm, mail) = ("when.record_systems = [\"crm\"]", "when.record_systems = [\"mail\"]");
    let crm_or_mail = "when.record_systems = [\"crm\", \"mail\"]";
    let both = person(crm_or_mail);
    let (ann, ben) = (by_field("", "agent", &["ann"]), by_field("", "agent", &["ben"]));
    for (silenced, rule) in [
        (format!("{all_types}{}", person("")), 7),
        (format!("{all_types}{}", person(crm)), 7),
        (format!("{all_types}{}", by_field("", "agent", &["ann"])), 7),
        (format!("{}{}{both}", person(crm), person(mail)), 2),
        (format!("{ann}{ben}{}", by_field("", "agent", &["ann", "ben"])), 2),
        (
            format!("{}{}{}", person(crm), by_field(mail, "agent", &["ann"]), by_field(crm_or_mail, "agent", &["ann"])),
            2,
        ),
    ] {
        let error = read(&silenced).expect_err(&silenced);
        assert_eq!((error.file.as_str(), error.key), ("owners.toml", format!("rules[{rule}]")), "{silenced}");
        assert!(error.reason.contains("earlier rules answer"), "{}", error.reason);
    }
    for heard in [
        format!("{all_but_one}{}", person("")),
        format!("{}{}{}", person(crm), person(mail), person("")),
        format!("{ann}{ben}{}", by_field("", "agent", &["ann", "ben", "cara"])),
        format!("{ann}{}", by_field("", "other", &["ann"])),
        format!("{ann}{ben}{}", person("")),
        format!("{}{}{both}", person(crm), by_field(mail, "agent", &["ann"])),
    ] {
        read(&heard).expect(&heard);
    }
}

#[test]
fn the_number_of_rules_and_people_is_bounded() {
    let rule = |n| format!("[[rules]]\nwhen.object_types = [\"t{n}\"]\nowner = {{ person = \"humans/a\" }}\n");
    let rules = |count: usize| (0..count).map(rule).collect::<String>();
    let team = |count: usize| {
        let members: Vec<String> = (0..count).map(|n| format!("\"humans/m{n}\"")).collect();
        format!("rules = [{{ owner = {{ team = [{}], by = \"round_robin\" }} }}]", members.join(", "))
    };
    let teams = |count: usize| -> String {
        let team = |n: usize| format!("[[teams]]\nname = \"t{n}\"\nmembers = [\"humans/a\"]\n");
        (0..count).map(team).collect()
    };
    for (of, max) in
        [(&rules as &dyn Fn(usize) -> String, file::RULES_MAX), (&team, members::PEOPLE_MAX), (&teams, file::TEAMS_MAX)]
    {
        assert!(read(&of(max - 1)).is_ok() && read(&of(max)).is_ok());
        assert!(read(&of(max + 1)).expect_err("one too many").reason.contains("are allowed"));
    }
}
