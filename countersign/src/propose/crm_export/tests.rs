//! What holds for a whole export.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ledger_format::sha256;

use super::fixture::{export, files, ten_won};
use super::*;
use crate::propose::expectations::{assert_would_be_taken, count_by_rule};
use crate::propose::{Origin, read_folder};

#[test]
fn all_proposals_about_a_deal_have_one_trigger_that_keeps_the_whole_row() {
    let deals = format!("{}D1,Ann Low,Alto10,,Engaging,1/7/2025,,\n", ten_won());
    let items = propose(&export(&deals), 1);
    assert_eq!(items.len(), 3);
    let triggers: Vec<_> = items.iter().map(|item| item.proposal.trigger.clone().expect("a trigger")).collect();
    assert!(triggers.iter().all(|trigger| *trigger == triggers[0]));
    let trigger = &triggers[0];
    assert_eq!(
        (trigger.source_system.as_str(), trigger.r#type.as_str(), trigger.source_id.as_str()),
        ("crm", "deal_exported", "D1")
    );
    assert_eq!(trigger.occur_time, Some(prost_types::Timestamp { seconds: 1_736_208_000, nanos: 0 }));
    let fields: Vec<_> = trigger.fields.iter().map(|field| format!("{}={}", field.name, field.value)).collect();
    assert_eq!(
        fields.join(" "),
        "opportunity_id=D1 sales_agent=Ann Low product=Alto10 account= deal_stage=Engaging engage_date=1/7/2025 close_date= close_value="
    );
    let read = items[0].proposal.evidence[0].read_time.expect("when it was read");
    assert_eq!(read.seconds, 1_767_139_200, "the last date of the export is its today");
}

#[test]
fn evidence_can_be_checked_against_the_bytes_of_the_export() {
    let row = "D1,Ann Low,Alto10,\"Rund, Sons\",Engaging,12/29/2025,,";
    let files = files(&format!("{row}\n"));
    let items = propose(&Export::read(&files, &mut Vec::new()).expect("an export"), 1);
    let hashes: Vec<_> = items[0].proposal.evidence.iter().map(|item| item.content_sha256.clone()).collect();
    let expected = [sha256(&[row.as_bytes()]), sha256(&[b"Alto 10,Alto,1000"])];
    assert_eq!(hashes, expected.map(|hash| hash.as_bytes().to_vec()));
}

#[test]
fn request_ids_do_not_depend_on_what_else_is_exported() {
    let few = propose(&export("D1,Ann Low,Alto 10,,Prospecting,,,\n"), 1);
    let many = propose(&export("D0,Ann Low,Alto 10,,Prospecting,,,\nD1,Ann Low,Alto 10,,Prospecting,,,\n"), 1);
    assert_eq!(few[0].request_id, many[1].request_id);
    assert_ne!(many[0].request_id, many[1].request_id);
}

#[test]
fn the_longest_names_there_can_be_are_taken() {
    let long = |letter: &str| letter.repeat(table::CELL_MAX_BYTES);
    let deals = format!(
        "{}{},{},{},{},Engaging,1/1/2025,,\n{},{},{},,Engaging,1/1/2025,,\n",
        ten_won(),
        long("1"),
        long("a"),
        long("p"),
        long("c"),
        long("2"),
        long("a"),
        long("p"),
    );
    let items = propose(&export(&deals), 1);
    assert_eq!(items.len(), 3);
    items.iter().for_each(assert_would_be_taken);
}

#[test]
fn records_for_the_system_of_record_leave_out_what_is_empty() {
    let records: Vec<_> = export("D1,Ann Low,Alto10,,Prospecting,,,\n").records().collect();
    assert_eq!((records[0].object_type.as_str(), records[0].id.as_str()), ("deal", "D1"));
    let fields: Vec<_> = records[0].fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(fields, ["deal_stage=Prospecting", "opportunity_id=D1", "product=Alto10", "sales_agent=Ann Low"]);
}

#[test]
fn a_missing_file_or_column_refuses_the_folder_and_a_broken_row_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = || {
        let error = read_folder(folder.path(), 1).expect_err("no export");
        format!("{error}: {}", std::error::Error::source(&error).expect("why"))
    };
    let rows = "D1,Ann Low,Alto 10,,Engaging,13/45/2017,,\nD2,Ann Low,Alto 10,,Engaging,3/4/2017,,\n";
    let files = files(rows);
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("written");
    write("accounts.csv", &files.accounts);
    write("sales_teams.csv", &files.sales_teams);
    write("sales_pipeline.csv", &files.sales_pipeline);
    assert!(refused().contains("`products.csv` cannot be read"), "{}", refused());
    write("products.csv", b"product,series\nAlto 10,Alto\n");
    assert!(refused().contains("`products.csv` line 1 has no column `sales_price`"), "{}", refused());

    write("products.csv", &files.products);
    let reading = read_folder(folder.path(), 1).expect("an export");
    let broken: Vec<_> = reading.broken.iter().map(ToString::to_string).collect();
    assert_eq!(broken.len(), 1);
    assert!(broken[0].starts_with("sales_pipeline.csv line 2, column `engage_date`: `13/45/2017`"), "{broken:?}");
    assert_eq!(reading.items.iter().map(|item| &item.origin).collect::<Vec<_>>(), [&Origin::Record("D2".to_owned())]);

    // Inquiries beside the export are followed up as well.
    write("inquiries.jsonl", b"{\"id\":\"I-1\",\"received_at\":\"2017-03-04T08:15:00Z\",\"form\":{}}\nnone\n");
    let reading = read_folder(folder.path(), 1).expect("an export with inquiries");
    assert_eq!((reading.items.len(), reading.broken.len()), (2, 2));
    write("inquiries.jsonl", b"\xff");
    assert!(refused().contains("inquiries.jsonl"), "{}", refused());
}

/// The counts were found apart from this code, by a Python script over the same files: dates by `strptime`, list prices as
/// floats, the percentile by sorting, and names one edit away by trying every insertion, omission and replacement.
#[test]
fn on_a_real_export_each_rule_finds_what_an_independent_count_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/crm_sales");
    assert!(folder.is_dir(), "the real CRM export is missing: {} is not a folder", folder.display());
    let reading = read_folder(&folder, 1).expect("an export");
    assert_eq!(reading.broken, []);
    assert_eq!(reading.records.len(), 8_800);
    let expected =
        [("long_engagement", 1_432), ("misspelled_product", 1_480), ("missing_account", 1_425), ("off_list_price", 11)];
    assert_eq!(count_by_rule(&reading.items), BTreeMap::from(expected.map(|(rule, count)| (rule.to_owned(), count))));
    let deals: BTreeSet<_> = reading.items.iter().map(|item| item.origin.to_string()).collect();
    assert_eq!(deals.len(), 3_080, "deals with at least one proposal");
    reading.items.iter().step_by(50).for_each(assert_would_be_taken);

    let statistic =
        reading.items.iter().find_map(|item| item.proposal.evidence.iter().find(|item| item.kind == "statistic"));
    let fields: Vec<_> = statistic.expect("the statistic").fields.iter().map(|field| field.value.as_str()).collect();
    assert_eq!(fields, ["4238", "106", "138"], "won deals, the 90th percentile of their days to close, the longest");
}
