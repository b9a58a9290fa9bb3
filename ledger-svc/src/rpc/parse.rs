use countersign_api::name::{LOG_OF_LOGS_NAME, Workspace};
use service_kit::rejection::Rejection;

/// Reads the log that is to be read: a workspace's, or the log of logs.
pub(super) fn log(parent: &str) -> Result<Workspace, Rejection> {
    if parent == LOG_OF_LOGS_NAME { Ok(Workspace::log_of_logs()) } else { workspace(parent) }
}

/// Reads the workspace that a request is about.
pub(super) fn workspace(parent: &str) -> Result<Workspace, Rejection> {
    parent.parse().map_err(|error: countersign_api::name::NameError| Rejection::malformed("parent", error.to_string()))
}

/// Reads an index, a size or a limit.
pub(super) fn number(field: &str, number: i64) -> Result<u64, Rejection> {
    u64::try_from(number).map_err(|_| Rejection::malformed(field, format!("`{number}` is negative; count from 0")))
}

/// Checks the length of a text field, in bytes.
pub(super) fn text(field: &str, text: &str, bytes_max: usize) -> Result<(), Rejection> {
    let length = text.len();
    if length == 0 || length > bytes_max {
        return Err(Rejection::malformed(field, format!("has {length} bytes; give 1 to {bytes_max}")));
    }
    if text.chars().any(char::is_control) {
        return Err(Rejection::malformed(field, "has a control character; leave it out"));
    }
    Ok(())
}
