use std::path::Path;

use ledger_format::NoteSignature;
use service_kit::database::SqliteDatabase;
use sqlx::migrate::Migrator;

use crate::store::{
    Error,
    cells::{Cells, signed},
};

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/witness/cosignatures");

/// The file of cosignatures.
#[derive(Debug, Clone)]
pub struct CosignatureStore {
    database: SqliteDatabase,
}

/// A witness's last cosignature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignatureRow {
    /// Size of the checkpoint that it is of.
    pub size: u64,
    /// Its line.
    pub line: NoteSignature,
    /// When the witness says it cosigned, in seconds since the epoch.
    pub at_secs: u64,
}

impl CosignatureStore {
    /// Opens the file, makes it with mode 0600 when it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::Open`], which names the file.
    pub async fn open(file: &Path) -> Result<Self, Error> {
        Ok(Self { database: SqliteDatabase::open(file, &MIGRATIONS).await? })
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Reads the last cosignature of a witness.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn last(&self, witness_key: &str) -> Result<Option<CosignatureRow>, Error> {
        let row = sqlx::query("SELECT size, line, cosigned_at_secs FROM cosignatures WHERE witness_key = ?1")
            .bind(witness_key)
            .fetch_optional(&self.database.readers)
            .await?;
        row.map(|row| {
            let cells = Cells::new(&row, "cosignatures", witness_key);
            let line = NoteSignature::parse(cells.text(1, "line")?).map_err(|_| cells.corrupt("line"))?;
            Ok(CosignatureRow { size: cells.number(0, "size")?, line, at_secs: cells.number(2, "cosigned_at_secs")? })
        })
        .transpose()
    }

    /// Keeps a cosignature in the place of the one before.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn keep(&self, witness_key: &str, row: &CosignatureRow) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO cosignatures (witness_key, size, line, cosigned_at_secs) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (witness_key) DO UPDATE SET size = ?2, line = ?3, cosigned_at_secs = ?4",
        )
        .bind(witness_key)
        .bind(signed(row.size))
        .bind(row.line.to_string())
        .bind(signed(row.at_secs))
        .execute(&self.database.writer)
        .await?;
        Ok(())
    }

    /// Reads size and note of the last checkpoint that enough witnesses cosigned.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn witnessed(&self) -> Result<Option<(u64, String)>, Error> {
        let row = sqlx::query("SELECT size, signed_note FROM witnessed WHERE id = 1")
            .fetch_optional(&self.database.readers)
            .await?;
        row.map(|row| {
            let cells = Cells::new(&row, "witnessed", "1");
            Ok((cells.number(0, "size")?, cells.text(1, "signed_note")?.to_owned()))
        })
        .transpose()
    }

    /// Keeps a checkpoint that enough witnesses cosigned.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn keep_witnessed(&self, size: u64, signed_note: &str) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO witnessed (id, size, signed_note) VALUES (1, ?1, ?2) \
             ON CONFLICT (id) DO UPDATE SET size = ?1, signed_note = ?2",
        )
        .bind(signed(size))
        .bind(signed_note)
        .execute(&self.database.writer)
        .await?;
        Ok(())
    }
}
