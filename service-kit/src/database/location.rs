use std::{fmt, path::PathBuf, str::FromStr};

use super::PostgresUrl;

/// Where a store keeps its rows.
#[derive(Debug, Clone)]
pub enum Location {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres(PostgresUrl),
}

/// Why a text names no database. What the text says stays out of it: there may be a password in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// It begins with a scheme that nobody here speaks.
    #[error(
        "`{scheme}` is no kind of database; write `sqlite:PATH`, `postgres://USER@HOST/DATABASE`, or the path of a file"
    )]
    UnknownScheme {
        /// The scheme.
        scheme: String,
    },
    /// It names no file.
    #[error("no file is named; write `sqlite:PATH` or the path of a file")]
    NoFile,
    /// It is no URL of PostgreSQL.
    #[error(
        "the URL of PostgreSQL does not read: {reason}; write `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full`"
    )]
    PostgresUrl {
        /// What does not read, without any value.
        reason: String,
    },
    /// It names no database.
    #[error("the URL of PostgreSQL names no database; write `postgres://USER@HOST/DATABASE`")]
    NoDatabase,
    /// It has a parameter that would be ignored.
    #[error(
        "the URL of PostgreSQL has the parameter `{name}`, which is not known; leave it out, or write one of {known}"
    )]
    UnknownParameter {
        /// The parameter's name.
        name: String,
        /// Those that are known.
        known: String,
    },
}

impl FromStr for Location {
    type Err = LocationError;

    /// Reads `sqlite:PATH`, `postgres://…` (or `postgresql://…`), or the path of a SQLite file.
    fn from_str(text: &str) -> Result<Self, LocationError> {
        let Some((scheme, rest)) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
            return file(text);
        };
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" => file(rest.strip_prefix("//").unwrap_or(rest)),
            "postgres" | "postgresql" => PostgresUrl::parse(text).map(Self::Postgres),
            // `C:` and the like stay paths; what has `//` after its colon does not.
            _ if !rest.starts_with("//") => file(text),
            _ => Err(LocationError::UnknownScheme { scheme: scheme.to_owned() }),
        }
    }
}

impl Location {
    /// Shows where it is, whoever asks for it: without user and password.
    pub fn without_user(&self) -> String {
        let shown = self.to_string();
        match (self, shown.split_once("://").zip(shown.split_once('@'))) {
            (Self::Postgres(_), Some(((scheme, _), (_, place)))) => format!("{scheme}://{place}"),
            _ => shown,
        }
    }
}

/// Shows everything but the password.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "{}", file.display()),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

fn file(path: &str) -> Result<Location, LocationError> {
    if path.is_empty() { Err(LocationError::NoFile) } else { Ok(Location::Sqlite(path.into())) }
}

/// RFC 3986, section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> LocationError {
        text.parse::<Location>().expect_err(text)
    }

    #[test]
    fn files_are_named_with_and_without_a_scheme() {
        for (text, path) in [
            ("sqlite:ledger.db", "ledger.db"),
            ("sqlite:///var/lib/ledger.db", "/var/lib/ledger.db"),
            ("SQLite:data/ledger.db", "data/ledger.db"),
            ("/var/lib/ledger.db", "/var/lib/ledger.db"),
            ("a:b.db", "a:b.db"),
        ] {
            let location = text.parse::<Location>().expect(text);
            assert!(
                matches!(&location, Location::Sqlite(file) if file == &PathBuf::from(path)),
                "{text}: {location:?}"
            );
        }
        assert_eq!(refused(""), LocationError::NoFile);
        assert_eq!(refused("sqlite:"), LocationError::NoFile);
    }

    #[test]
    fn another_kind_of_database_is_refused_by_name() {
        let refused = refused("mysql://anna:secret@db/ledger");
        assert_eq!(refused, LocationError::UnknownScheme { scheme: "mysql".to_owned() });
        assert!(!refused.to_string().contains("secret"), "{refused}");
    }

    #[test]
    fn a_url_of_postgres_is_shown_without_its_password() {
        let text = "postgresql://anna:s%3Aecret@db.example:6432/ledger?sslmode=verify-full";
        let location = text.parse::<Location>().expect("a URL");
        assert_eq!(location.to_string(), "postgres://anna@db.example:6432/ledger");
        assert!(!format!("{location:?}").contains("ecret"), "{location:?}");
        let socket = "postgres://anna@%2Frun%2Fpostgresql/ledger".parse::<Location>().expect("a URL");
        assert_eq!(socket.to_string(), "postgres://anna@/run/postgresql/ledger");
    }

    #[test]
    fn what_would_be_ignored_or_guessed_is_refused_without_a_word_of_the_secret() {
        for text in [
            "postgres://anna:secret@db/ledger?pasword=secret",
            "postgres://anna:secret@db/",
            "postgres://anna:secret@db:port/ledger",
            "postgres://anna:secret@db/ledger?sslmode=secret",
            "postgres:anna:secret",
        ] {
            let refused = refused(text);
            assert!(!refused.to_string().contains("secret"), "{text}: {refused}");
        }
        assert!(
            matches!(refused("postgres://db/ledger?pasword=x"), LocationError::UnknownParameter { name, .. } if name == "pasword")
        );
    }
}
