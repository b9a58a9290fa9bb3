//! Answered requests as rows hold them.

use super::{
    Columns,
    column::{self, Column},
};
use crate::store::{
    Error,
    request::{KeptRequest, RequestHash, RequestKey},
};

/// Reads what a request left.
pub(in crate::store) fn kept(key: &RequestKey, row: &impl Columns) -> Result<KeptRequest, Error> {
    let at = |column| Column { table: "requests", column };
    let hash = column::hash(at("request_hash"), &key.id, row.bytes("request_hash")?)?;
    Ok(KeptRequest {
        hash: RequestHash::from_bytes(*hash.as_bytes()),
        subject_id: column::uuid(at("subject_id"), &key.id, row.bytes("subject_id")?)?,
        revision: column::natural(at("revision"), &key.id, row.number("revision")?)?,
    })
}
