use super::{Access, BearerToken, Principal, Role, Scope, StoreError};
use crate::data_dir::{self, DataDir, read_secret, write_secret};

/// Why the first admin's token can not be kept.
#[derive(Debug, thiserror::Error)]
pub enum AdminTokenError {
    /// The file can not be read or written.
    #[error("the admin token can not be kept")]
    File(#[from] data_dir::Error),
    /// The token store does not answer.
    #[error("the admin token can not be made")]
    Store(#[from] StoreError),
    /// The file holds something else.
    #[error("`{0}` does not hold a token; remove it, and the next start makes another")]
    Content(String),
}

/// Reads the first admin's token from the data folder; at the first start makes it, for `humans/admin` in all workspaces.
///
/// A crash between store and file leaves a token that nobody has; the next start makes another.
///
/// # Errors
/// See [`AdminTokenError`].
pub async fn ensure_admin_token(data_dir: &DataDir, access: &Access) -> Result<BearerToken, AdminTokenError> {
    let file = data_dir.admin_token();
    if let Some(bytes) = read_secret(&file)? {
        return std::str::from_utf8(&bytes)
            .ok()
            .and_then(|text| text.trim_end().parse().ok())
            .ok_or_else(|| AdminTokenError::Content(file.display().to_string()));
    }
    let (token, _) = access.create(first_admin(), None).await?;
    write_secret(&file, format!("{}\n", token.reveal()).as_bytes())?;
    Ok(token)
}

fn first_admin() -> Principal {
    let id = "humans/admin".parse().expect("the id is well-formed");
    Principal::new(id, Scope::All, [Role::Admin]).expect("a person can be admin")
}

#[cfg(test)]
mod tests {
    use std::{fs, sync::Arc};

    use super::*;
    use crate::{access::TokenStore, clock::SystemClock, ids::RandomIds};

    #[tokio::test]
    async fn the_token_is_made_once_and_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let data_dir = DataDir::open(folder.path()).expect("opened");
        let store = TokenStore::open(&data_dir.tokens_db()).await.expect("it opens");
        let access = Access::new(store, Arc::new(SystemClock), Arc::new(RandomIds));

        let first = ensure_admin_token(&data_dir, &access).await.expect("made");
        let again = ensure_admin_token(&data_dir, &access).await.expect("found");
        assert_eq!(first.reveal(), again.reveal());
        let admin = access.resolve(&first.reveal()).await.expect("it works").principal;
        assert_eq!(admin.id().as_str(), "humans/admin");
        assert!(admin.has(Role::Admin));
        assert_eq!(access.list(None, 10).await.expect("readable").len(), 1);

        fs::write(data_dir.admin_token(), "not a token").expect("written");
        let refused = ensure_admin_token(&data_dir, &access).await.expect_err("not a token");
        assert!(refused.to_string().contains("admin.token` does not hold a token"), "{refused}");
    }
}
