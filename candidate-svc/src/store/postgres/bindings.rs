//! What all processes over one database must have in common: written down by the first, asked of every other.

use std::collections::BTreeSet;

use sqlx::PgPool;

use crate::store::{Error, OpenError, handle::Shared};

/// What a database is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Binding {
    /// The ledger that its events have receipts of, by a key that it signs under.
    Ledger,
    /// The names under which the ledger shows principals, by one of them.
    Pseudonyms,
}

impl Binding {
    const fn name(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Pseudonyms => "pseudonyms",
        }
    }
}

/// Refuses a process that has another ledger, or other pseudonyms, than those before it: receipts of one ledger mean nothing in another.
///
/// A crash in between leaves a database that is bound to what the first process had, and in which nothing is written yet.
pub(in crate::store) async fn hold(writers: &PgPool, shared: &Shared) -> Result<(), OpenError> {
    let keys: Vec<String> = shared.ledger_keys.iter().map(ToString::to_string).collect();
    for (binding, accepted) in [(Binding::Ledger, keys), (Binding::Pseudonyms, vec![shared.pseudonym.clone()])] {
        let bound = bind(writers, binding, accepted.first().expect("invariant: a ledger signs")).await?;
        if !accepted.iter().collect::<BTreeSet<_>>().contains(&bound) {
            return Err(match binding {
                Binding::Ledger => OpenError::OtherLedger,
                Binding::Pseudonyms => OpenError::OtherPseudonyms,
            });
        }
    }
    Ok(())
}

/// Returns what a database is bound to, which is this where nobody was before.
async fn bind(writers: &PgPool, binding: Binding, value: &str) -> Result<String, Error> {
    sqlx::query("INSERT INTO bindings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
        .bind(binding.name())
        .bind(value)
        .execute(writers)
        .await?;
    let bound = sqlx::query_scalar("SELECT value FROM bindings WHERE name = $1");
    Ok(bound.bind(binding.name()).fetch_one(writers).await?)
}
