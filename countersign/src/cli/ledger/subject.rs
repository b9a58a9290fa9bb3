//! What a person means by the subject of entries.

use crate::cli::candidate::find as find_candidate;
use crate::failure::Failure;
use crate::session::Session;

/// Finds the subject that a person named: a candidate as elsewhere, or anything with a `/` as it stands in leaves.
///
/// # Errors
/// [`Failure::Finding`] when no candidate has that id, or several do; the server's refusal.
pub async fn find(session: &Session, text: &str) -> Result<String, Failure> {
    if text.contains('/') {
        return Ok(text.to_owned());
    }
    Ok(find_candidate(session, text).await?.to_string())
}
