//! Only `store/` holds SQL, only `rpc/status.rs` builds a status, and a domain knows nothing of the world outside.

use crate::tree::SourceFile;

/// Where SQL may stand, besides tests and measurements: stores, the ledger's offline audit, the preflight of database files, and the
/// sandbox connector, whose whole idea is a small database.
const SQL_FOLDERS: [&str; 4] = ["/store/", "/audit/", "service-kit/src/database", "/connector/sandbox"];

/// Where a status may be built: the one builder, and each service's table of refusals.
const STATUS_FILES: [&str; 3] = ["/rpc/status.rs", "service-kit/src/rejection", "service-kit/src/grpc/"];

/// What a pure core must not name.
const OUTSIDE: [&str; 6] = ["tokio::", "sqlx::", "tonic::", "prost::", "std::time::", "std::fs"];

/// Names every line that stands where it must not.
pub fn check(files: &[SourceFile]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| !file.is_test() && !file.path.starts_with("xtask/")) {
        let path = &file.path;
        for (number, line) in file.code().lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            let mut found = |rule: &str| findings.push(format!("{path}:{}: {rule}", number + 1));
            if line.contains("sqlx::query") && !SQL_FOLDERS.iter().any(|folder| path.contains(folder)) {
                found("SQL outside a store");
            }
            if line.contains("Status::new(") && !STATUS_FILES.iter().any(|allowed| path.contains(allowed)) {
                found("a status is built outside rpc/status.rs");
            }
            let pure = path.contains("/domain/") || path.starts_with("ledger-format/src/");
            if pure && OUTSIDE.iter().any(|name| line.contains(name)) {
                found("a pure core names the world outside");
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        check(&[SourceFile { path: path.to_owned(), text: text.to_owned() }]).len()
    }

    #[test]
    fn sql_is_for_stores() {
        assert_eq!(findings("a-svc/src/rpc/get.rs", "sqlx::query(\"SELECT 1\")"), 1);
        assert_eq!(findings("a-svc/src/store/sqlite/get.rs", "sqlx::query(\"SELECT 1\")"), 0);
        assert_eq!(findings("a-svc/benches/get.rs", "sqlx::query(\"SELECT 1\")"), 0);
    }

    #[test]
    fn a_domain_is_pure() {
        assert_eq!(findings("a-svc/src/domain/decide.rs", "use tokio::sync::Mutex;"), 1);
        assert_eq!(findings("a-svc/src/domain/decide.rs", "// not tokio::sync"), 0);
    }
}
