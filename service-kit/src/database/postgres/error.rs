use crate::database::DriverError;

/// Why a PostgreSQL database can not be used.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// Nobody answers there, or whoever does refuses.
    #[error(
        "`{database}` can not be reached; check that the server runs, host, user and password, and that this machine is let in"
    )]
    Unreachable {
        /// The database, without its password.
        database: String,
        /// What the driver says.
        source: DriverError,
    },
    /// Whoever answers can not be who the URL names.
    #[error(
        "`{database}` shows a certificate that is not trusted; name the authority that signed it by `sslrootcert`, and the server by a name that is in it"
    )]
    NotTrusted {
        /// The database, without its password.
        database: String,
        /// What the driver says.
        source: DriverError,
    },
    /// A question that is asked at the start is not answered.
    #[error("`{database}` does not answer as PostgreSQL does; check that the URL names the server itself")]
    Driver {
        /// The database.
        database: String,
        /// What the driver says.
        source: DriverError,
    },
    /// The server is of a release that nobody maintains.
    #[error("`{database}` is served by PostgreSQL {found}; take {} or newer", super::SERVER_VERSION_MIN / 10_000)]
    ServerTooOld {
        /// The database.
        database: String,
        /// The server's major version.
        found: u32,
    },
    /// Text is not kept as UTF-8.
    #[error("`{database}` keeps text as `{found}`; make a database with `ENCODING UTF8`")]
    NotUtf8 {
        /// The database.
        database: String,
        /// Its encoding.
        found: String,
    },
    /// A crash could take what was acknowledged.
    #[error("`{database}` has `{setting}` off, so that a crash can take acknowledged writes; set it to on{}", if *.setting == "synchronous_commit" { " for this role and database" } else { " in postgresql.conf" })]
    NotDurable {
        /// The database.
        database: String,
        /// The setting.
        setting: &'static str,
    },
    /// It is a standby, or writing was turned off.
    #[error("`{database}` is read-only: {reason}; name the primary")]
    ReadOnly {
        /// The database.
        database: String,
        /// What makes it so.
        reason: &'static str,
    },
    /// A newer release has been here.
    #[error(
        "`{database}` has the schema of a newer release (migration {version} is not known here); start that release, or a newer one"
    )]
    NewerSchema {
        /// The database.
        database: String,
        /// The first migration that this release does not know.
        version: i64,
    },
    /// A migration is not the one that was applied.
    #[error(
        "`{database}` was brought to its schema by another migration {version} than this release's; start the release that made it"
    )]
    OtherSchema {
        /// The database.
        database: String,
        /// The migration.
        version: i64,
    },
    /// The schema can not be brought up to date.
    #[error(
        "the schema of `{database}` can not be brought up to date; start `countersign serve` once as a role that may create tables in it"
    )]
    Migration {
        /// The database.
        database: String,
        /// Which migration fails and why.
        source: DriverError,
    },
}
