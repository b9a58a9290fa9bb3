//! As whom a process executes.
//!
//! What an executor holds is handed to it again whenever it connects. So processes that share candidates are several executors: one that
//! starts would otherwise be handed, and perform, what another is about to.

use std::path::PathBuf;

use anyhow::Context as _;
use service_kit::access::Principal;
use service_kit::data_dir::{DataDir, read_secret, write_secret};
use service_kit::database::Location;
use service_kit::ids::Ids;

use super::principals;

/// How many bytes tell one executor from another.
const NAME_BYTES: usize = 6;

/// Returns the executor of a data folder: the only one of candidates in a file, and one with a name of its own, drawn once, of candidates
/// that several processes share.
///
/// A crash before the name is kept leaves none, and nothing that was claimed under it.
///
/// # Errors
/// When the name can not be kept, or what is kept is none.
pub fn executor(data_dir: &DataDir, candidates: &Location, ids: &dyn Ids) -> anyhow::Result<Principal> {
    if matches!(candidates, Location::Sqlite(_)) {
        return Ok(principals::executor());
    }
    let file = file(data_dir);
    if let Some(kept) = read_secret(&file)? {
        let name = String::from_utf8(kept).ok().filter(|name| is_name(name.trim()));
        let name = name.with_context(|| format!("`{}` does not name an executor; remove it", file.display()))?;
        return Ok(principals::executor_named(name.trim()));
    }
    let name = hex::encode(&ids.random_32()[..NAME_BYTES]);
    write_secret(&file, format!("{name}\n").as_bytes())?;
    Ok(principals::executor_named(&name))
}

fn file(data_dir: &DataDir) -> PathBuf {
    data_dir.keys().join("executor.id")
}

fn is_name(text: &str) -> bool {
    text.len() == 2 * NAME_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use service_kit::ids::SeededIds;

    use super::*;

    #[test]
    fn who_shares_candidates_executes_under_a_name_of_its_own_and_keeps_it() {
        let shared: Location = "postgres://db/candidates".parse().expect("a URL");
        let name =
            |folder: &DataDir, seed| executor(folder, &shared, &SeededIds::new(seed)).expect("a name").id().to_string();
        let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        let [here, there] = folders.each_ref().map(|folder| DataDir::open(folder.path()).expect("made"));
        assert!(name(&here, 1).starts_with("services/executor-"));
        assert_eq!(name(&here, 1), name(&here, 2), "it is drawn once");
        assert_ne!(name(&here, 1), name(&there, 3), "what one holds is not handed to the other");
        std::fs::write(file(&here), "not a name").expect("written");
        let refused = executor(&here, &shared, &SeededIds::new(4)).expect_err("it is none").to_string();
        assert!(refused.contains("executor.id") && refused.contains("remove it"), "{refused}");

        let alone = executor(&there, &Location::Sqlite("candidates.db".into()), &SeededIds::new(5)).expect("a name");
        assert_eq!(alone.id().to_string(), "services/executor");
    }
}
