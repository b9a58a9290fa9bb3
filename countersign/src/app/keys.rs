//! What is drawn once and kept under `keys/`, each file for its owner alone.
//!
//! A crash while one is drawn leaves none, or one whole: the next start draws what is missing.

use std::path::{Path, PathBuf};

use analytics::export::ExportKey;
use anyhow::Context as _;
use ledger_format::{VerifyingKey, VerifyingKeys};
use service_kit::access::{Access, BearerToken, Principal};
use service_kit::data_dir::{DataDir, read_secret, write_secret};
use service_kit::ids::Ids;

use super::principals;

/// Returns the file of the key that signs checkpoints; the verifying key lies beside it, for auditors.
pub fn signing_key_file(data_dir: &DataDir) -> PathBuf {
    data_dir.keys().join("ledger.key")
}

/// Reads the keys that checkpoints are verified with, the newest first.
///
/// # Errors
/// When there is none, or one is not a key.
pub fn verifying_keys(file: &Path) -> anyhow::Result<VerifyingKeys> {
    let text = std::fs::read_to_string(file).with_context(|| format!("no verifying key in `{}`", file.display()))?;
    text.parse().with_context(|| format!("`{}` does not list verifying keys, one a line", file.display()))
}

/// Reads the key that the manifests of exports are verified with.
///
/// # Errors
/// When there is none, or it is not a key.
pub fn verifying_key(file: &Path) -> anyhow::Result<VerifyingKey> {
    let text = std::fs::read_to_string(file).with_context(|| format!("no verifying key in `{}`", file.display()))?;
    text.trim().parse().with_context(|| format!("`{}` does not hold a verifying key", file.display()))
}

/// Returns the file of the verifying key, in a data folder.
pub fn verifying_key_file(folder: &Path) -> PathBuf {
    folder.join("keys").join("ledger.pub")
}

/// Returns the file of the key that turns principals into pseudonyms.
pub fn pseudonym_file(data_dir: &DataDir) -> PathBuf {
    data_dir.keys().join("pseudonym.key")
}

/// Returns the file of the key that draws audit samples under standing approvals.
pub fn audit_file(data_dir: &DataDir) -> PathBuf {
    data_dir.keys().join("audit.key")
}

/// Returns the file of the token that `countersign propose` calls with, in a data folder.
pub fn local_proposer_file(folder: &Path) -> PathBuf {
    folder.join("keys").join("local-proposer.token")
}

/// Returns the file of the token that `countersign execution` calls with, in a data folder.
pub fn local_executor_file(folder: &Path) -> PathBuf {
    folder.join("keys").join("local-executor.token")
}

/// Makes sure that the local proposer and the local executor have a token each.
///
/// # Errors
/// When one cannot be made or kept.
pub async fn ensure_local_tokens(data_dir: &DataDir, access: &Access) -> anyhow::Result<()> {
    let folder = data_dir.folder();
    ensure_token(&local_proposer_file(folder), principals::local_proposer(), access).await?;
    ensure_token(&local_executor_file(folder), principals::local_executor(), access).await
}

async fn ensure_token(file: &Path, principal: Principal, access: &Access) -> anyhow::Result<()> {
    if read_secret(file)?.is_some() {
        return Ok(());
    }
    let (token, _) = access.create(principal, None).await?;
    write_token(file, &token)
}

/// Writes a token to a file for its owner alone.
///
/// # Errors
/// When it cannot be kept.
pub fn write_token(file: &Path, token: &BearerToken) -> anyhow::Result<()> {
    Ok(write_secret(file, format!("{}\n", token.reveal()).as_bytes())?)
}

/// Reads the secret of exports, under which they are signed and edited values hashed, or draws it; its verifying key lies beside it.
///
/// # Errors
/// When it cannot be kept, or the file does not hold a key.
pub fn export_key(folder: &Path, ids: &dyn Ids) -> anyhow::Result<ExportKey> {
    Ok(ExportKey::open(&folder.join("keys").join("export.key"), ids)?)
}

/// Returns the file of the key that manifests are verified with, in a data folder.
pub fn export_verifying_key_file(folder: &Path) -> PathBuf {
    folder.join("keys").join("export.pub")
}
