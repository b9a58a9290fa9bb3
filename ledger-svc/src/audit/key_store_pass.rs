//! Holds the two rows in which databases say which store of content keys a ledger has against each other.

use super::{
    What,
    fault::{Fault, Source, Trouble},
    place::KEY_STORE,
    typed::Typed,
};
use crate::store::raw::{RawFile, RawKeyStore};

/// Checks the store of keys against what the ledger says of it, where both are databases.
pub(super) async fn check(
    source: Source<'_>,
    keys: &mut RawFile,
    of_ledger: Option<&RawKeyStore>,
) -> Result<(), Trouble> {
    let store = keys.key_store().await.map_err(source.refuse(KEY_STORE))?;
    let (Some(store), Some(of_ledger)) = (store, of_ledger) else { return Ok(()) };
    let table = source.table(KEY_STORE);
    if store.identity != of_ledger.identity {
        return Err(Fault::of_table(table, What::KeyStoreDiffers).in_column("identity").into());
    }
    let column = Typed::new(table, "next");
    let next = store.next.as_ref().map_or(Ok(0), |next| column.count(next))?;
    let highest = keys.highest_key().await.map_err(source.refuse(KEY_STORE))?;
    if highest >= next { Err(column.fault(What::KeyStoreBehind { next, highest }).into()) } else { Ok(()) }
}
