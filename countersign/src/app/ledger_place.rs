//! Which ledger a data folder belongs to: its candidates have receipts of that one, and of no other.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use ledger_svc::store::LedgerPlace;
use service_kit::data_dir::write_secret;
use service_kit::database::Location;

/// Names the ledger's database for every command that opens a data folder by itself.
pub const LEDGER_VARIABLE: &str = "COUNTERSIGN_LEDGER_DATABASE_URL";

/// Names the database of the content keys.
pub const KEYS_VARIABLE: &str = "COUNTERSIGN_CONTENT_KEYS_DATABASE_URL";

/// The file that says where the ledger is, where it is not in the data folder. No user and no password stand in it.
const FILE: &str = "ledger.place";

/// Where somebody says that ledger and content keys are; in the data folder, where nobody says so.
#[derive(Debug, Clone, Default)]
pub struct NamedPlace {
    ledger: Option<Location>,
    content_keys: Option<Location>,
}

impl NamedPlace {
    /// Reads what was named, if anything was.
    ///
    /// # Errors
    /// When it names no kind of database that is known. No error repeats a password.
    pub fn parse(ledger: Option<&str>, content_keys: Option<&str>) -> anyhow::Result<Self> {
        let read = |url: Option<&str>, name| {
            let url = url.filter(|url| !url.is_empty());
            url.map(|url| url.parse::<Location>().with_context(|| format!("`{name}`"))).transpose()
        };
        Ok(Self {
            ledger: read(ledger, "--ledger-database-url")?,
            content_keys: read(content_keys, "--content-keys-database-url")?,
        })
    }

    /// Reads what the environment names.
    ///
    /// # Errors
    /// As [`NamedPlace::parse`].
    pub fn of_environment() -> anyhow::Result<Self> {
        let (ledger, content_keys) = (env::var(LEDGER_VARIABLE).ok(), env::var(KEYS_VARIABLE).ok());
        Self::parse(ledger.as_deref(), content_keys.as_deref())
    }

    /// Returns the place that is named; none where it is the data folder.
    fn place(&self, data_dir: &Path) -> anyhow::Result<Option<LedgerPlace>> {
        let LedgerPlace::Files { ledger: own, content_keys: own_keys } = own(data_dir) else { return Ok(None) };
        let place = match (self.ledger.clone(), self.content_keys.clone()) {
            (None, None) => return Ok(None),
            (Some(Location::Postgres(ledger)), Some(Location::Postgres(content_keys))) => {
                LedgerPlace::Databases { ledger, content_keys }
            }
            (Some(Location::Postgres(ledger)), None) => bail!(
                "the ledger is in `{ledger}`, and nothing says where its content keys are; name a database on another server by \
                 `--content-keys-database-url` or `{KEYS_VARIABLE}`"
            ),
            (Some(Location::Sqlite(ledger)), None) => LedgerPlace::Files { ledger, content_keys: own_keys.clone() },
            (Some(Location::Sqlite(ledger)), Some(Location::Sqlite(content_keys))) => {
                LedgerPlace::Files { ledger, content_keys }
            }
            (None, Some(Location::Sqlite(content_keys))) => LedgerPlace::Files { ledger: own.clone(), content_keys },
            (Some(_) | None, Some(_)) => bail!(
                "ledger and content keys are both in files, or both in databases that several processes share; name two of one kind by \
                 `--ledger-database-url` and `--content-keys-database-url`"
            ),
        };
        let is_own = matches!(
            &place,
            LedgerPlace::Files { ledger, content_keys } if *ledger == own && *content_keys == own_keys
        );
        Ok((!is_own).then_some(place))
    }
}

/// Finds the ledger of a data folder, for whoever only reads it.
///
/// # Errors
/// When the folder belongs to another ledger than its own, and nothing names one.
pub fn find(data_dir: &Path, named: &NamedPlace) -> anyhow::Result<LedgerPlace> {
    match (named.place(data_dir)?, noted(data_dir)) {
        (Some(place), _) => Ok(place),
        (None, None) => Ok(own(data_dir)),
        (None, Some(noted)) => Err(unnamed(&noted)),
    }
}

/// Settles where the ledger of a data folder is: where it was before, and in its files unless another place was named the first time.
///
/// # Errors
/// When the folder belongs to another ledger than the one that is named.
pub fn settle(data_dir: &Path, named: &NamedPlace) -> anyhow::Result<LedgerPlace> {
    match (named.place(data_dir)?, noted(data_dir)) {
        (None, None) => Ok(own(data_dir)),
        (None, Some(noted)) => Err(unnamed(&noted)),
        (Some(place), Some(noted)) if shown(&place) == noted => Ok(place),
        (Some(place), Some(noted)) => bail!(
            "this data folder's ledger is `{noted}`, not `{}`; name that one, or take another data folder",
            shown(&place)
        ),
        (Some(place), None) if ledger_file(data_dir).exists() => bail!(
            "this data folder's ledger is `{}`, not `{}`; take another data folder for that one",
            ledger_file(data_dir).display(),
            shown(&place)
        ),
        (Some(place), None) => Ok(place),
    }
}

/// Notes which ledger a data folder belongs to, once it was opened and before anything is written to it.
///
/// A crash before this leaves a folder that belongs to none yet; a place that can not be opened is never noted.
///
/// # Errors
/// When the note cannot be written.
pub fn keep(data_dir: &Path, place: &LedgerPlace) -> anyhow::Result<()> {
    let text = shown(place);
    if text == shown(&own(data_dir)) || noted(data_dir).is_some() {
        return Ok(());
    }
    Ok(write_secret(&data_dir.join(FILE), format!("{text}\n").as_bytes())?)
}

/// Returns the ledger that a data folder has by itself.
pub fn own(data_dir: &Path) -> LedgerPlace {
    LedgerPlace::Files { ledger: ledger_file(data_dir), content_keys: data_dir.join("content-keys.db") }
}

fn ledger_file(data_dir: &Path) -> std::path::PathBuf {
    data_dir.join("ledger.db")
}

fn noted(data_dir: &Path) -> Option<String> {
    fs::read_to_string(data_dir.join(FILE)).ok().map(|text| text.trim().to_owned())
}

/// Shows where a ledger and its keys are, whoever asks for them.
fn shown(place: &LedgerPlace) -> String {
    format!("{} with content keys in {}", place.ledger().without_user(), place.content_keys().without_user())
}

fn unnamed(noted: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "this data folder's ledger is `{noted}`; name it by `--ledger-database-url` and `--content-keys-database-url`, or by \
         `{LEDGER_VARIABLE}` and `{KEYS_VARIABLE}`"
    )
}

#[cfg(test)]
mod tests {
    use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
    use countersign_api::ledger::v1::{AppendEntriesRequest, GetCheckpointRequest, NewEntry};
    use countersign_api::r#type::v1::PrincipalKind;
    use ledger_svc::audit::{self, EntryId};
    use throwaway_postgres::Database;

    use super::*;
    use crate::app::{App, Config, Execution, Folder, LedgerOptions, ORIGIN_PREFIX, principals};
    use crate::failure::Failure;

    fn named(ledger: &str, content_keys: &str) -> NamedPlace {
        NamedPlace::parse(Some(ledger), Some(content_keys)).expect("two places")
    }

    fn opened(data_dir: &Path, named: &NamedPlace) {
        let place = settle(data_dir, named).expect("it may be named");
        keep(data_dir, &place).expect("noted");
    }

    #[test]
    fn a_folder_stays_with_its_ledger_whoever_asks_for_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = "postgres://anna:secret@keys/keys";
        settle(folder.path(), &named("postgres://db/slip", keys)).expect("a slip that nobody could open");
        opened(folder.path(), &named("postgres://anna:secret@db/ledger", keys));
        opened(folder.path(), &named("postgres://berta:other@db/ledger", keys));
        for other in [
            NamedPlace::default(),
            named("postgres://anna@elsewhere/ledger", keys),
            named("postgres://anna@db/ledger", "postgres://anna@elsewhere/keys"),
            named("other.db", "other-keys.db"),
        ] {
            let refused = settle(folder.path(), &other).expect_err("another").to_string();
            assert!(refused.contains("postgres://db:5432/ledger"), "{refused}");
            assert!(!refused.contains("secret") && !refused.contains("anna"), "{refused}");
        }
        find(folder.path(), &NamedPlace::default()).expect_err("nothing names it");
        let read =
            find(folder.path(), &named("postgres://auditor@standby/ledger", keys)).expect("an auditor reads any");
        assert!(matches!(read, LedgerPlace::Databases { .. }));
    }

    #[test]
    fn a_folder_with_a_ledger_of_its_own_keeps_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let own = folder.path().join("ledger.db");
        opened(folder.path(), &NamedPlace::default());
        let path = own.to_str().expect("plain");
        opened(folder.path(), &NamedPlace::parse(Some(path), None).expect("a path"));
        fs::write(&own, "").expect("written");
        settle(folder.path(), &named("postgres://db/ledger", "postgres://keys/keys")).expect_err("it has one already");
    }

    #[test]
    fn keys_are_as_far_from_the_ledger_as_they_can_be() {
        let folder = tempfile::tempdir().expect("a folder");
        for (ledger, keys) in [
            (Some("postgres://db/ledger"), None),
            (Some("postgres://db/ledger"), Some("keys.db")),
            (Some("ledger.db"), Some("postgres://db/keys")),
            (None, Some("postgres://db/keys")),
        ] {
            let named = NamedPlace::parse(ledger, keys).expect("places");
            let refused = settle(folder.path(), &named).expect_err("not together").to_string();
            assert!(refused.contains("--content-keys-database-url"), "{refused}");
        }
        let refused = NamedPlace::parse(Some("mysql://anna:secret@db/ledger"), None).expect_err("no such kind");
        let refused = format!("{refused:#}");
        assert!(refused.contains("`mysql` is no kind of database") && !refused.contains("secret"), "{refused}");
    }

    async fn start(data_dir: &Path, place: NamedPlace) -> Result<App, Failure> {
        let usual = Config::of(Execution::Off);
        let config = Config { ledger: LedgerOptions { place, ..usual.ledger }, ..usual };
        App::start(Folder::take(data_dir).expect("nobody else has it"), config).await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_ledger_in_databases_is_served_verified_and_proved_from_and_no_other_takes_its_place() {
        let data = tempfile::tempdir().expect("a folder");
        let (ledger, keys) = (Database::new(), Database::on_second_server());
        let app = start(data.path(), named(ledger.url(), keys.url())).await.expect("it starts");
        let entry = NewEntry {
            idempotency_key: "k".to_owned(),
            kind: "something_happened".to_owned(),
            subject: "workspaces/demo/candidates/1".to_owned(),
            principal_kind: PrincipalKind::Service.into(),
            principal_reference: "p".to_owned(),
            content: b"said".to_vec(),
            ..NewEntry::default()
        };
        let mut relay = LedgerServiceClient::new(app.channel_as(principals::relay()));
        let parent = "workspaces/demo".to_owned();
        relay
            .append_entries(AppendEntriesRequest { parent: parent.clone(), entries: vec![entry] })
            .await
            .expect("kept");
        let request = GetCheckpointRequest { parent, least_size: 1 };
        relay.get_checkpoint(request).await.expect("signed");
        app.drain().await.expect("a drain");

        assert!(!data.path().join("ledger.db").exists() && !data.path().join("content-keys.db").exists());
        let place = find(data.path(), &named(ledger.url(), keys.url())).expect("named");
        let keys_file = crate::app::keys::verifying_key_file(data.path());
        let pinned = crate::app::keys::verifying_keys(&keys_file).expect("listed");
        let fence = data.path().join("fence.db");
        let verified = audit::verify(&place, &fence, &pinned, ORIGIN_PREFIX, |_| {}).await.expect("whole");
        assert_eq!(verified[0].size, 1);
        let workspace = "workspaces/demo".parse().expect("a name");
        audit::prove(&place.ledger(), &workspace, &EntryId::Key("k".to_owned())).await.expect("proved");
        audit::prove_growth(&place.ledger(), &workspace, 0, 1).await.expect("proved");

        let refused = start(data.path(), NamedPlace::default()).await.expect_err("nothing names it").to_string();
        assert!(refused.contains(LEDGER_VARIABLE), "{refused}");
        let beside = Database::new();
        let other = tempfile::tempdir().expect("a folder");
        let refused = start(other.path(), named(beside.url(), ledger.url())).await.expect_err("one server").to_string();
        assert!(refused.contains("another server"), "{refused}");
    }
}
