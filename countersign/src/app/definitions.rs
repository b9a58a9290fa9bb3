use std::fs;
use std::io;

use anyhow::Context as _;
use candidate_svc::catalogue::Catalogue;
use candidate_svc::policy::Policy;
use service_kit::data_dir::DataDir;

/// Reads the action catalogue: the folder `catalogue/` in the data folder where there is one, else the built-in one.
///
/// # Errors
/// Names the file that says something wrong.
pub fn catalogue(data_dir: &DataDir) -> anyhow::Result<Catalogue> {
    let folder = data_dir.folder().join("catalogue");
    if folder.is_dir() { Ok(Catalogue::from_dir(&folder)?) } else { Ok(Catalogue::built_in()) }
}

/// Reads the review policy: `policy.toml` in the data folder where there is one, else the built-in one.
///
/// # Errors
/// Names what the file says wrong.
pub fn policy(data_dir: &DataDir) -> anyhow::Result<Policy> {
    let file = data_dir.folder().join("policy.toml");
    let name = file.display().to_string();
    match fs::read_to_string(&file) {
        Ok(text) => Ok(Policy::read(&name, &text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Policy::built_in()),
        Err(error) => Err(error).with_context(|| format!("`{name}` cannot be read")),
    }
}
