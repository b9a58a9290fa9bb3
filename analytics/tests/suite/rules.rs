//! Whether a proposer followed what people changed again and again: before and after the week in which it became a rule.

use serde_json::{Value, json};

use super::bench::verified_whole;
use super::figures::{report_of, table, written};
use super::story::{Story, task};

const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// Tells `count` tasks of which people move the due date of the first `moved` by a week, and approve the rest.
fn tell(story: &mut Story, first: u128, count: u128, moved: u128) {
    for number in first..first + count {
        let mut candidate = story.propose(number, "generators/crm-rules", task(), r#"{"due":"2026-12-01"}"#);
        let person = if number % 2 == 0 { "humans/anna" } else { "humans/bob" };
        if number < first + moved {
            story.edit(&mut candidate, person, r#"{"due":"2026-12-08"}"#, "[]");
        }
        story.approve(&mut candidate, "humans/carla");
    }
}

async fn rules_of(story: Story) -> Vec<Value> {
    let (_bench, export) = verified_whole(story.log).await;
    table(&report_of(&export).await, "rules")["rows"].as_array().expect("rows").clone()
}

fn sides(rule: &Value) -> Value {
    json!([
        rule["before_numerator"],
        rule["before_denominator"],
        rule["after_numerator"],
        rule["after_denominator"],
        rule["verdict"]
    ])
}

#[tokio::test]
async fn a_rule_that_was_followed_shows_in_the_candidates_of_later_weeks() {
    let mut story = Story::new();
    tell(&mut story, 0, 30, 15);
    story.wait_ms(WEEK_MS);
    tell(&mut story, 30, 40, 2);
    let (_bench, export) = verified_whole(story.log).await;
    let (_folder, written) = written(&export).await;
    let report: Value = serde_json::from_str(&written.json).expect("JSON");
    let rules = table(&report, "rules")["rows"].as_array().expect("rows");
    assert_eq!(rules.len(), 1, "{rules:?}");
    assert_eq!(sides(&rules[0]), json!([15, 30, 2, 40, "followed"]));
    let history = &report["proposers"][0]["repeated_edits"][0]["history"];
    assert_eq!((&history["since"], &history["before"]["rate"]), (&rules[0]["since"], &json!(0.5)));
    assert_eq!((&history["after"]["rate"], &history["verdict"]), (&json!(0.05), &json!("followed")));
}

#[tokio::test]
async fn a_rule_that_changed_nothing_and_one_with_too_few_after_it_say_so() {
    let mut story = Story::new();
    tell(&mut story, 0, 30, 15);
    story.wait_ms(WEEK_MS);
    tell(&mut story, 30, 19, 0);
    assert_eq!(sides(&rules_of(story).await[0]), json!([15, 30, 0, 19, "too few"]));

    let mut story = Story::new();
    tell(&mut story, 0, 30, 15);
    story.wait_ms(WEEK_MS);
    tell(&mut story, 30, 30, 14);
    assert_eq!(sides(&rules_of(story).await[0]), json!([15, 30, 14, 30, "not followed"]));
}

#[tokio::test]
async fn four_candidates_or_one_person_make_no_rule() {
    let mut story = Story::new();
    tell(&mut story, 0, 30, 4);
    assert_eq!(rules_of(story).await, Vec::<Value>::new());

    let mut story = Story::new();
    for number in 0..9 {
        let mut candidate = story.propose(number, "generators/crm-rules", task(), r#"{"due":"2026-12-01"}"#);
        story.edit(&mut candidate, "humans/anna", r#"{"due":"2026-12-08"}"#, "[]");
    }
    assert_eq!(rules_of(story).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_change_of_what_an_earlier_edit_put_there_is_told_but_is_no_share_of_what_was_proposed() {
    let mut story = Story::new();
    for number in 0..3 {
        let mut candidate = story.propose(number, "generators/crm-rules", task(), r#"{"note":"x"}"#);
        story.edit(&mut candidate, "humans/anna", r#"{"note":"x","due":"2026-12-01"}"#, "[]");
        story.edit(&mut candidate, "humans/bob", r#"{"note":"x","due":"2026-12-08"}"#, "[]");
    }
    let (_bench, export) = verified_whole(story.log).await;
    let report = report_of(&export).await;
    let rows = table(&report, "repeated-edits")["rows"].as_array().expect("rows");
    let told = |operation: &str| {
        let row = rows.iter().find(|row| row["operation"] == operation).expect("a row");
        json!([row["candidates"], row["numerator"], row["denominator"], row["rate"]])
    };
    assert_eq!(told("add"), json!([3, 3, 3, 1]));
    assert_eq!(told("replace"), json!([3, 0, 0, null]));
}
