//! The documents name what is there.

use analytics::export::FIELDS;
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

#[test]
fn every_column_of_an_export_is_documented_and_no_other() {
    let (_, columns) = EXPORT.split_once("\n## Columns\n").expect("the chapter");
    let rows = columns.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(|rest| rest.split_once('`'));
    let documented: Vec<&str> = rows.map(|(name, _)| name).collect();
    let columns: Vec<String> = FIELDS
        .iter()
        .flat_map(|(name, _)| match *name {
            "edit" => {
                ["path", "operation", "from", "to", "shift_days", "value"].map(|fact| format!("edit_{fact}")).to_vec()
            }
            name => vec![name.to_owned()],
        })
        .collect();
    assert_eq!(documented, columns);
}
