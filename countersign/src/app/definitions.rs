//! What the services are told by files of the data folder.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context as _;
use candidate_svc::catalogue::Catalogue;
use candidate_svc::ownership::Owners;
use candidate_svc::policy::{Approvers, Policy, PolicySource};
use service_kit::access::AccessPolicy;
use service_kit::data_dir::DataDir;

/// Reads the action catalogue: the folder `catalogue/` in the data folder where there is one, else the built-in one. What stands there and is
/// no folder, or leads nowhere, is not taken for nothing.
///
/// # Errors
/// Names the file that says something wrong, or stands in the folder's place.
pub fn catalogue(data_dir: &DataDir) -> anyhow::Result<Catalogue> {
    let folder = data_dir.folder().join("catalogue");
    match fs::symlink_metadata(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Catalogue::built_in()),
        Ok(_) | Err(_) => Ok(Catalogue::from_dir(&folder)?),
    }
}

/// Finds the review policy: `policy.toml` in the data folder where there is one, else the built-in one. What the file says is
/// judged by whoever keeps what is in force.
///
/// # Errors
/// When there is a file that cannot be read.
pub fn policy(data_dir: &DataDir) -> anyhow::Result<PolicySource> {
    let file = data_dir.folder().join("policy.toml");
    let name = file.display().to_string();
    match fs::read_to_string(&file) {
        Ok(text) => Ok(PolicySource::File { name, text }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(PolicySource::BuiltIn),
        Err(error) => Err(error).with_context(|| format!("`{name}` cannot be read")),
    }
}

/// Reads who owns what nobody was named for, and the teams of owners: `owners.toml` in the data folder where there is one, else nobody is found.
///
/// # Errors
/// Names what the file says wrong.
pub fn owners(data_dir: &DataDir, catalogue: &Catalogue) -> anyhow::Result<Owners> {
    let file = data_dir.folder().join("owners.toml");
    let name = file.display().to_string();
    match fs::read_to_string(&file) {
        Ok(text) => Ok(Owners::read(&name, &text, catalogue)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Owners::default()),
        Err(error) => Err(error).with_context(|| format!("`{name}` cannot be read")),
    }
}

/// Checks a policy against the action types and the access policy of a data folder; where there is none, against the built-in ones.
///
/// # Errors
/// Names what is wrong with the policy, or with what it is checked against.
pub fn check_policy(folder: &Path, file: &str, policy: &Policy) -> anyhow::Result<()> {
    let (catalogue, access) = if folder.is_dir() {
        let data_dir = DataDir::open(folder)?;
        (catalogue(&data_dir)?, AccessPolicy::in_force(&data_dir)?)
    } else {
        (Catalogue::built_in(), AccessPolicy::shipped())
    };
    Ok(policy.check(file, &catalogue, &Approvers::under(&access))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_place_of_the_catalogue_is_not_taken_for_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let data_dir = DataDir::open(folder.path()).expect("a data folder");
        assert!(catalogue(&data_dir).is_ok(), "nothing is there: the built-in one holds");

        let place = folder.path().join("catalogue");
        fs::write(&place, "").expect("a file");
        let error = catalogue(&data_dir).expect_err("a file").to_string();
        assert!(error.contains("a catalogue is a folder") && error.contains(&place.display().to_string()), "{error}");

        #[cfg(unix)]
        {
            fs::remove_file(&place).expect("it is there");
            std::os::unix::fs::symlink(folder.path().join("nowhere"), &place).expect("a link");
            let error = catalogue(&data_dir).expect_err("a link to nothing").to_string();
            assert!(error.contains("cannot be read"), "{error}");
        }
    }
}
