//! Lints the contract.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

/// Runs `buf lint` and returns its findings, a line each.
pub fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let buf = env::var("BUF").unwrap_or_else(|_| "buf".to_owned());
    let output = Command::new(&buf)
        .arg("lint")
        .current_dir(root)
        .output()
        .with_context(|| format!("`{buf}` does not start; install it with `pip install buf-bin` or set BUF"))?;
    let mut findings: Vec<String> =
        [output.stdout, output.stderr].concat().split(|byte| *byte == b'\n').map(lossy).collect();
    findings.retain(|line| !line.is_empty());
    if !output.status.success() && findings.is_empty() {
        findings.push(format!("buf lint ended with {}", output.status));
    }
    Ok(findings)
}

fn lossy(line: &[u8]) -> String {
    String::from_utf8_lossy(line).into_owned()
}
