//! The documents name what is there.

use analytics::export::{CONTENTS_FIELDS, FIELDS};
use analytics::report::{DEFINITIONS, SCHEMA_VERSION};

const METRICS: &str = include_str!("../../../docs/metrics.md");
const REPORT_JSON: &str = include_str!("../../../docs/report-json.md");
const EXPORT: &str = include_str!("../../../docs/export-format.md");

#[test]
fn every_metric_is_documented_with_its_version() {
    for definition in DEFINITIONS {
        let heading = format!("\n## {} (`{}`, definition {})\n", definition.title, definition.id, definition.version);
        assert!(METRICS.contains(&heading), "docs/metrics.md lacks{heading}");
    }
}

#[test]
fn the_shape_of_the_report_is_documented_with_its_version() {
    assert!(REPORT_JSON.contains(&format!("`schema_version` is `{SCHEMA_VERSION}`")));
}

/// The facts of the fields that fill several list columns, with their types.
const EDIT_FACTS: [(&str, &str, &str); 6] = [
    (
        "path",
        "STRING",
        "Places of the changes, JSON Pointers; array positions as `*`, keys that are no field names as `?`.",
    ),
    ("operation", "STRING", "Operations of RFC 6902."),
    ("from", "STRING", "Classes of the values before: `absent`, `not known`, or one of those below."),
    ("to", "STRING", "Classes of the values after."),
    (
        "shift_days",
        "INT32",
        "By how many calendar days (UTC) a date or time moved; null within the list for other values.",
    ),
    (
        "value",
        "STRING",
        "Keyed hashes of the values after, 32 hexadecimal digits; null within the list where there is none.",
    ),
];

const WORDING_FACTS: [(&str, &str); 4] = [
    ("path", "Places of the texts whose words were changed, as `edit_path` has places; one for each stretch of words."),
    ("change", "What happened: `removed`, `inserted`, `replaced`, `respelled`, `punctuated` or `rewritten`."),
    (
        "from",
        "Keyed hashes of the words that went, in normal form, 32 hexadecimal digits; null within the list where none did.",
    ),
    (
        "to",
        "Keyed hashes of the words that came, in normal form, 32 hexadecimal digits; null within the list where none did.",
    ),
];

#[test]
fn every_column_of_an_export_is_documented_as_it_is() {
    let (_, columns) = EXPORT.split_once("\n## Columns\n").expect("the chapter");
    let documented: Vec<&str> =
        columns.lines().filter(|line| line.starts_with("| `")).take(columns_of_an_export().len()).collect();
    let expected = columns_of_an_export();
    assert_eq!(documented, expected, "the chapter should have\n{}", expected.join("\n"));
}

#[test]
fn the_columns_of_contents_are_documented_as_they_are() {
    for (name, parquet, says) in CONTENTS_FIELDS {
        let row = format!("\n| `{name}` | {parquet} | {says} |\n");
        assert!(EXPORT.contains(&row), "docs/export-format.md lacks{row}");
    }
}

/// The rows of the table of columns, as the code has them.
fn columns_of_an_export() -> Vec<String> {
    let row = |name: &str, parquet: &str, filled: &str, says: &str| {
        format!("| `{name}` | {parquet} | {filled} | {} |", says.trim())
    };
    FIELDS
        .iter()
        .flat_map(|field| match field.name {
            "edit" => EDIT_FACTS
                .map(|(fact, parquet, says)| {
                    row(&format!("edit_{fact}"), &format!("LIST of {parquet}"), field.filled, says)
                })
                .to_vec(),
            "wording" => WORDING_FACTS
                .map(|(fact, says)| row(&format!("wording_{fact}"), "LIST of STRING", field.filled, says))
                .to_vec(),
            name => vec![row(name, field.parquet, field.filled, field.says)],
        })
        .collect()
}
