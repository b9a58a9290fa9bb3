//! The forms of a report: the same bytes twice, nothing to run, nothing to fetch.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use countersign_api::candidate::v1::{CandidateProposed, FailureClass, Fault, Generator, RejectionReason};

use super::bench::verified;
use super::figures::written;
use super::story::{Story, task};

fn story() -> Story {
    let mut story = Story::new();
    for number in 0..30_u128 {
        let hostile = ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "@SUM(A1)", "a|b\nc"][(number % 4) as usize];
        let generator =
            Generator { name: hostile.to_owned(), model: hostile.to_owned(), prompt_version: String::new() };
        let action_type = ["create_task", "+1-800", "-update", "update_field"][(number % 4) as usize].to_owned();
        let proposed = CandidateProposed { generator: Some(generator), action_type, ..task() };
        let mut candidate = story.propose(number, "generators/crm-rules", proposed, r#"{"due":"2026-11-30"}"#);
        match number % 5 {
            0 => story.reject(&mut candidate, "humans/simulated-1", RejectionReason::BadTiming),
            1 => {
                story.edit(&mut candidate, "humans/anna", r#"{"due":"2026-12-01"}"#, "[]");
                story.approve(&mut candidate, "humans/bob");
                story.start(&mut candidate);
                story.execute(&mut candidate);
                story.send_back(&mut candidate, "humans/bob", Fault::Proposal);
            }
            2 => {
                story.approve(&mut candidate, "humans/bob");
                story.start(&mut candidate);
                story.fail(&mut candidate, FailureClass::NotFound, false);
            }
            3 => {
                story.approve(&mut candidate, "humans/bob");
                story.start(&mut candidate);
                story.lose(&mut candidate);
            }
            _ => {}
        }
    }
    story
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for folder in [folder.to_owned(), folder.join("csv"), folder.join("parquet")] {
        for item in fs::read_dir(&folder).expect("a folder") {
            let path = item.expect("a file").path();
            if path.is_file() {
                files.insert(
                    path.display().to_string().split_off(folder.display().to_string().len()),
                    fs::read(&path).expect("bytes"),
                );
            }
        }
    }
    files
}

#[tokio::test]
async fn the_same_log_gives_the_same_bytes() {
    let (_first_bench, first) = verified(story().log).await;
    let (_second_bench, second) = verified(story().log).await;
    let (first_folder, _) = written(&first).await;
    let (second_folder, _) = written(&second).await;
    let (first, second) = (files(first_folder.path()), files(second_folder.path()));
    assert!(first.len() > 40, "{:?}", first.keys());
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (name, bytes) in &first {
        assert!(bytes == &second[name], "`{name}` differs");
    }
}

#[tokio::test]
async fn the_page_runs_nothing_fetches_nothing_and_draws_with_words_beside() {
    let (_bench, export) = verified(story().log).await;
    let (folder, _) = written(&export).await;
    let page = fs::read_to_string(folder.path().join("report.html")).expect("a page");
    for forbidden in ["<script", "<link", "<img", "src=", "@import", "url(http", "href=", "onload"] {
        assert!(!page.contains(forbidden), "`{forbidden}` is in the page");
    }
    let charts = page.matches("<svg").count();
    assert_eq!(charts, 10);
    assert_eq!(page.matches("role=\"img\"").count(), charts);
    assert_eq!(page.matches("<title id=\"chart-").count(), charts);
    assert_eq!(page.matches("<desc id=\"chart-").count(), charts);
    let chart = page.find("<svg").expect("a chart");
    assert!(page.find("<h2 id=\"findings\">").expect("findings") < chart, "words come first");
    assert!(
        page.contains("<dt>Asked for</dt><dd>the last four weeks against those before;"),
        "the head says the terms"
    );
    assert!(page.contains("0 left out, of which an entry is not known"), "and what is missing");
    assert!(page.contains("<dt>Decisions by simulation</dt><dd>6 of 30</dd>"), "the head says what is simulated");
}

#[tokio::test]
async fn no_csv_cell_is_a_formula_and_every_row_names_its_source() {
    let (_bench, export) = verified(story().log).await;
    let (folder, _) = written(&export).await;
    let mut guarded = 0;
    for item in fs::read_dir(folder.path().join("csv")).expect("a folder") {
        let path = item.expect("a file").path();
        let mut reader = csv::Reader::from_path(&path).expect("a table");
        let origin =
            reader.headers().expect("a head").iter().position(|name| name == "log_origin").expect("the column");
        for record in reader.records() {
            let record = record.expect("as many cells as columns");
            assert_eq!(&record[origin], super::log::ORIGIN);
            for cell in &record {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}: `{cell}`", path.display());
                guarded += usize::from(cell.starts_with('\''));
            }
        }
    }
    assert!(guarded > 0, "the hostile action types are in the tables");
}

#[tokio::test]
async fn the_markdown_has_a_table_for_every_csv_file() {
    let (_bench, export) = verified(story().log).await;
    let (folder, written) = written(&export).await;
    let tables = fs::read_dir(folder.path().join("csv")).expect("a folder").count();
    assert_eq!(written.markdown.matches("\n### ").count(), tables);
    assert!(written.markdown.contains("Decisions by simulation: 6 of 30"));
    assert!(written.findings[0].ends_with("decisions by simulation: 6 of 30."));
}
