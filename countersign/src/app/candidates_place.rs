//! Which candidates a data folder belongs to: its ledger, tokens and keys go with these, and with no others.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use service_kit::data_dir::{DataDir, write_secret};
use service_kit::database::Location;

/// Names the candidates' database for every command that opens a data folder by itself.
pub const VARIABLE: &str = "COUNTERSIGN_DATABASE_URL";

/// The file that says where the candidates are, where they are not in the data folder. No user and no password stand in it.
const FILE: &str = "candidates.place";

/// Settles where the candidates of a data folder are: where they were before, and in its file unless another place is named the first time,
/// by whoever starts the process or by the environment.
///
/// # Errors
/// When the environment names no database that is known, or the folder belongs to other candidates than those that are named.
pub fn settle(data_dir: &DataDir, named: Option<Location>) -> anyhow::Result<Location> {
    let named = match named {
        Some(named) => Some(named),
        None => read(VARIABLE, env::var(VARIABLE).ok().as_deref())?,
    };
    decide(data_dir, named)
}

/// Finds the candidates of a data folder, for whoever only reads of them; makes nothing.
///
/// # Errors
/// When the folder belongs to other candidates than its own, and nothing names them.
pub fn find(data_dir: &Path, named: Option<Location>) -> anyhow::Result<Location> {
    match (named, noted(data_dir)) {
        (Some(named), _) => Ok(named),
        (None, None) => Ok(Location::Sqlite(data_dir.join("candidates.db"))),
        (None, Some(noted)) => Err(unnamed(&noted)),
    }
}

/// Reads a URL that somebody named; none when it is empty. `named_by` is what names it, for the error, which does not repeat the URL.
///
/// # Errors
/// When it names no database that is known.
pub fn read(named_by: &'static str, url: Option<&str>) -> anyhow::Result<Option<Location>> {
    url.filter(|url| !url.is_empty()).map(|url| url.parse().context(named_by)).transpose()
}

fn noted(data_dir: &Path) -> Option<String> {
    fs::read_to_string(data_dir.join(FILE)).ok().map(|text| text.trim().to_owned())
}

/// Tells whether a note means this place, whoever asks for it; notes of older releases have the user in them.
fn is_noted(named: &Location, noted: &str) -> bool {
    [named.to_string(), named.without_user()].iter().any(|it| it == noted)
}

fn unnamed(noted: &str) -> anyhow::Error {
    anyhow::anyhow!("this data folder's candidates are in `{noted}`; name it by `--database-url` or `{VARIABLE}`")
}

fn decide(data_dir: &DataDir, named: Option<Location>) -> anyhow::Result<Location> {
    let own = data_dir.candidates_db();
    let note = data_dir.folder().join(FILE);
    let named = named.filter(|named| !matches!(named, Location::Sqlite(file) if *file == own));
    match (named, noted(data_dir.folder())) {
        (None, None) => Ok(Location::Sqlite(own)),
        (None, Some(noted)) => Err(unnamed(&noted)),
        (Some(named), Some(noted)) if is_noted(&named, &noted) => Ok(named),
        (Some(named), Some(noted)) => {
            bail!(
                "this data folder's candidates are in `{noted}`, not in `{}`; name that one, or take another data folder",
                named.without_user()
            )
        }
        (Some(named), None) if own.exists() => {
            bail!(
                "this data folder's candidates are in `{}`, not in `{}`; take another data folder for that one",
                own.display(),
                named.without_user()
            )
        }
        (Some(named), None) => {
            // A crash after this leaves a folder that belongs to candidates nothing was written of yet.
            write_secret(&note, format!("{}\n", named.without_user()).as_bytes())?;
            Ok(named)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(url: &str) -> Location {
        url.parse().expect("a URL")
    }

    #[test]
    fn a_folder_stays_with_its_candidates() {
        let folder = tempfile::tempdir().expect("a folder");
        let data_dir = DataDir::open(folder.path()).expect("made");
        let url = "postgres://anna:secret@db/candidates";
        decide(&data_dir, Some(named(url))).expect("nothing was there");
        decide(&data_dir, Some(named(url))).expect("the same");
        decide(&data_dir, Some(named("postgres://owner@db/candidates"))).expect("the same, whoever asks");
        for other in [None, Some(named("postgres://anna@elsewhere/candidates")), Some(named("other.db"))] {
            let refused = decide(&data_dir, other).expect_err("others").to_string();
            assert!(
                refused.contains("postgres://db:5432/candidates")
                    && !refused.contains("secret")
                    && !refused.contains("anna"),
                "{refused}"
            );
        }
    }

    #[test]
    fn what_names_no_database_is_refused_without_a_word_of_the_secret() {
        assert!(
            read(VARIABLE, None).expect("nothing").is_none() && read(VARIABLE, Some("")).expect("nothing").is_none()
        );
        for (url, said) in [
            ("mysql://anna:secret@db/x", "`mysql` is no kind of database"),
            ("postgres://anna:secret@db:port/x", "does not read"),
            ("postgres://anna:secret@db", "names no database"),
            ("postgres://anna:secret@db/x?sslmod=secret", "`sslmod`, which is not known"),
        ] {
            let refused = format!("{:#}", read("--database-url", Some(url)).expect_err(url));
            assert!(refused.starts_with("--database-url: ") && refused.contains(said), "{refused}");
            assert!(!refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn a_folder_with_candidates_of_its_own_keeps_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let data_dir = DataDir::open(folder.path()).expect("made");
        let own = data_dir.candidates_db();
        decide(&data_dir, None).expect("its own");
        decide(&data_dir, Some(Location::Sqlite(own.clone()))).expect("its own, named");
        fs::write(&own, "").expect("written");
        decide(&data_dir, Some(named("postgres://db/candidates"))).expect_err("it has some already");
    }
}
