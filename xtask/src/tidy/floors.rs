//! A crate may use what is on a floor below its own, never what is beside or above it.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

/// Each package, its folder and its floor. A package that is missing here is a finding.
const FLOORS: [(&str, &str, u8); 12] = [
    ("ledger-format", "ledger-format", 0),
    ("statistics", "statistics", 0),
    ("throwaway-postgres", "throwaway-postgres", 0),
    ("countersign-api", ".", 1),
    ("service-kit", "service-kit", 2),
    ("candidate-svc", "candidate-svc", 3),
    ("ledger-svc", "ledger-svc", 3),
    ("executor", "executor", 3),
    ("analytics", "analytics", 3),
    ("countersign", "countersign", 4),
    ("system-tests", "tests", 5),
    ("xtask", "xtask", 0),
];

/// Names every dependency that goes sideways or upwards. Dev-dependencies count: a test of one service that needs
/// another is a system test.
pub fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut findings = Vec::new();
    let workspace = manifest(&root.join("Cargo.toml"))?;
    let members = workspace["workspace"]["members"].as_array().context("`workspace.members` is a list")?;
    for member in members.iter().filter_map(toml::Value::as_str) {
        let Some((package, _, floor)) = FLOORS.iter().find(|(_, folder, _)| *folder == member) else {
            findings.push(format!("{member}/Cargo.toml: the member stands on no floor; add it to xtask"));
            continue;
        };
        let manifest = manifest(&root.join(member).join("Cargo.toml"))?;
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(dependencies) = manifest.get(table).and_then(toml::Value::as_table) else { continue };
            for (other, _, other_floor) in FLOORS.iter().filter(|(other, _, _)| dependencies.contains_key(*other)) {
                if other_floor >= floor {
                    findings.push(format!(
                        "{member}/Cargo.toml: `{package}` (floor {floor}) uses `{other}` (floor {other_floor})"
                    ));
                }
            }
        }
    }
    Ok(findings)
}

fn manifest(path: &Path) -> anyhow::Result<toml::Table> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    text.parse().with_context(|| format!("{} is not TOML", path.display()))
}
