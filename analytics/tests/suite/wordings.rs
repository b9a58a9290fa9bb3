//! Words that people change again and again are found whatever their spelling, and no export and no report has them.

use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use serde_json::{Value, json};

use super::bench::{Bench, verified};
use super::figures::{report_of, table, written};
use super::story::{Story, name, task};

/// In three bodies the same courtesy goes, spelled in two ways; one label is spelled otherwise in two tasks; one body is left alone, one task has
/// none.
pub fn story() -> Story {
    let mut story = Story::new();
    let edits = [
        (r#"{"body":"Kindly note that Anna Muller waits"}"#, r#"{"body":"Anna Muller waits"}"#, "humans/anna"),
        (r#"{"body":"kindly, NOTE that the deal is late"}"#, r#"{"body":"the deal is late"}"#, "humans/bob"),
        (r#"{"body":"See below. Kindly note that it rains"}"#, r#"{"body":"See below. it rains"}"#, "humans/anna"),
        (r#"{"label":"GTXPro"}"#, r#"{"label":"GTX Pro"}"#, "humans/anna"),
        (r#"{"label":"gtxpro"}"#, r#"{"label":"GTX-Pro"}"#, "humans/anna"),
    ];
    for (number, (before, after, person)) in (1_u128..).zip(edits) {
        let mut candidate = story.propose(number, "generators/crm-rules", task(), before);
        story.edit(&mut candidate, person, after, "[]");
    }
    for (number, payload) in [(6, r#"{"body":"All is well"}"#), (7, r#"{"due":"2026-12-01"}"#)] {
        let mut candidate = story.propose(number, "generators/crm-rules", task(), payload);
        story.approve(&mut candidate, "humans/anna");
    }
    story
}

#[tokio::test]
async fn the_same_words_are_one_group_whatever_their_spelling() {
    let (_bench, export) = verified(story().log).await;
    let report = report_of(&export).await;
    let rows = table(&report, "repeated-wordings")["rows"].as_array().expect("rows");
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            let change = row["change"].as_str().expect("words").split(' ').next().expect("a word");
            json!([row["path"], change, row["candidates"], row["people"], row["numerator"], row["denominator"]])
        })
        .collect();
    // Four bodies had words and two labels had.
    assert_eq!(told, [json!(["/body", "removed", 3, 2, 3, 4]), json!(["/label", "respelled", 2, 1, 2, 2])]);
    let rule = rows[0]["rule"].as_str().expect("a sentence");
    assert!(rule.starts_with("In `create_task`, leave words out of `/body` that people take out ("), "{rule}");
}

#[tokio::test]
async fn the_words_are_in_no_export_and_no_report() {
    let (bench, export) = verified(story().log).await;
    let (folder, written) = written(&export).await;
    let mut texts = vec![written.json, written.markdown];
    texts.push(std::fs::read_to_string(folder.path().join("report.html")).expect("a page"));
    for text in &texts {
        for word in ["kindly", "Muller", "gtxpro", "GTX"] {
            assert!(!text.to_lowercase().contains(&word.to_lowercase()), "`{word}` is in the report");
        }
    }
    let file = std::fs::File::open(bench.export_folder().join("part-000000.parquet")).expect("a part");
    let frame = ParquetReader::new(file).finish().expect("a frame");
    let first = |column: &str| {
        let list =
            frame.column(column).expect("it is there").list().expect("a list").get_as_series(1).expect("an edit");
        list.str().expect("texts").get(0).map(str::to_owned)
    };
    assert_eq!(
        (first("wording_path").as_deref(), first("wording_change").as_deref()),
        (Some("/body"), Some("removed"))
    );
    let hash = first("wording_from").expect("a hash");
    assert!(hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
    assert_eq!(first("wording_to"), None);
}

#[tokio::test]
async fn words_of_an_erased_candidate_are_in_no_group() {
    let erased = || {
        let mut log = story().log;
        log.erase_subject(&name(2));
        log
    };
    let (_bench, fresh) = verified(erased()).await;
    // One export was there before the erasure: its first part has the words of the second candidate for good.
    let bench = Bench::with(story().log).await;
    let before = report_of(&bench.verified().await).await;
    let rows = table(&before, "repeated-wordings")["rows"].as_array().expect("rows");
    assert_eq!((&rows[0]["candidates"], &rows[0]["denominator"]), (&Value::from(3), &Value::from(4)));
    bench.ledger.grow(erased());
    let grown = bench.verified().await;
    for export in [fresh, grown] {
        let report = report_of(&export).await;
        let rows = table(&report, "repeated-wordings")["rows"].as_array().expect("rows");
        assert_eq!((&rows[0]["candidates"], &rows[0]["denominator"]), (&Value::from(2), &Value::from(3)));
        assert_eq!(rows[0]["people"], 1);
        assert!(!rows[0]["examples"].as_array().expect("names").contains(&Value::from(name(2))));
    }
}
