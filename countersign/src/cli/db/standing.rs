use ledger_svc::SchemaStandings;
use ledger_svc::store::LedgerPlace;
use serde_json::{Value, json};
use service_kit::database::{Location, SchemaStanding, SchemaStep};

use crate::cli::Context;
use crate::failure::Failure;
use crate::output::table;

/// How one database stands.
#[derive(Debug, Clone)]
pub struct Standing {
    name: &'static str,
    location: String,
    schema: SchemaStanding,
}

/// Reads how the three databases stand.
///
/// # Errors
/// [`Failure::Unreachable`] naming the one that can not be read.
pub async fn read(candidates: &Location, ledger: &LedgerPlace) -> Result<[Standing; 3], Failure> {
    let of_candidates = candidate_svc::schema_standing(candidates).await.map_err(Failure::unreachable)?;
    let SchemaStandings { ledger: of_ledger, content_keys: of_keys } =
        ledger.schema_standings().await.map_err(Failure::unreachable)?;
    let standing = |name, location: &Location, schema| Standing { name, location: location.to_string(), schema };
    Ok([
        standing("candidates", candidates, of_candidates),
        standing("ledger", &ledger.ledger(), of_ledger),
        standing("content keys", &ledger.content_keys(), of_keys),
    ])
}

/// Shows them.
///
/// # Errors
/// [`Failure::Finding`] when one is of another release, so that nothing starts on it.
pub fn show(context: &Context, standings: &[Standing; 3]) -> Result<(), Failure> {
    if context.console.is_json() {
        context.console.json(&json!({ "databases": standings.each_ref().map(Standing::json) }))?;
    } else {
        context.console.data(&table(HEAD, standings.iter().map(Standing::row)))?;
    }
    match standings.iter().find(|it| it.is_foreign()) {
        None => Ok(()),
        Some(foreign) => {
            Err(Failure::Finding(format!("`{}` is not for this release: {}", foreign.location, foreign.what_now())))
        }
    }
}

const HEAD: [&str; 5] = ["database", "schema", "this release's", "what now", "where"];

impl Standing {
    fn row(&self) -> [String; 5] {
        let version = self.schema.version.map_or_else(|| "none".to_owned(), |version| version.to_string());
        [self.name.to_owned(), version, self.schema.newest.to_string(), self.what_now(), self.location.clone()]
    }

    fn json(&self) -> Value {
        let (step, migrations_left) = match self.schema.step {
            SchemaStep::Make => ("MAKE", None),
            SchemaStep::Nothing => ("NOTHING", Some(0)),
            SchemaStep::Migrate(left) => ("MIGRATE", Some(left)),
            SchemaStep::Fits => ("NOTHING_NEWER_FITS", Some(0)),
            SchemaStep::UseNewer => ("USE_NEWER_RELEASE", None),
            SchemaStep::UseOther(_) => ("USE_OTHER_RELEASE", None),
        };
        json!({
            "database": self.name,
            "location": self.location,
            "schemaVersion": self.schema.version,
            "newestVersion": self.schema.newest,
            "step": step,
            "migrationsLeft": migrations_left,
        })
    }

    /// Tells whether this program would refuse to start on it.
    const fn is_foreign(&self) -> bool {
        matches!(self.schema.step, SchemaStep::UseNewer | SchemaStep::UseOther(_))
    }

    fn what_now(&self) -> String {
        match self.schema.step {
            SchemaStep::Make => "is made by `countersign db migrate` or the next start".to_owned(),
            SchemaStep::Nothing => "nothing".to_owned(),
            SchemaStep::Migrate(left) => {
                format!("{left} to run: by `countersign db migrate` or the next start")
            }
            SchemaStep::Fits => "nothing: a newer release has added to it, and this one goes on".to_owned(),
            SchemaStep::UseNewer => "a newer release has been here: use that one, or a newer one".to_owned(),
            SchemaStep::UseOther(version) => {
                format!("migration {version} was another one where it ran: use the release that ran it")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standing_says_what_now() {
        let standing = |version, step| Standing {
            name: "candidates",
            location: "candidates.db".to_owned(),
            schema: SchemaStanding { version, newest: 23, step },
        };
        let shown = |standing: Standing| (standing.what_now(), standing.is_foreign(), standing.json()["step"].clone());
        for (standing, said, foreign, step) in [
            (standing(None, SchemaStep::Make), "db migrate", false, "MAKE"),
            (standing(Some(23), SchemaStep::Nothing), "nothing", false, "NOTHING"),
            (standing(Some(21), SchemaStep::Migrate(2)), "2 to run", false, "MIGRATE"),
            (standing(Some(24), SchemaStep::Fits), "this one goes on", false, "NOTHING_NEWER_FITS"),
            (standing(Some(24), SchemaStep::UseNewer), "a newer release", true, "USE_NEWER_RELEASE"),
            (standing(Some(23), SchemaStep::UseOther(7)), "migration 7", true, "USE_OTHER_RELEASE"),
        ] {
            let (what_now, is_foreign, named) = shown(standing);
            assert!(what_now.contains(said), "{what_now}");
            assert_eq!((is_foreign, named.as_str()), (foreign, Some(step)));
        }
    }
}
