use std::fs;

use anyhow::Context as _;
use service_kit::access::BearerToken;
use service_kit::grpc::{self, AuthorizedChannel};

use super::Caller;
use crate::app::keys;
use crate::cli::Place;
use crate::failure::Failure;

/// Connects to a server as the caller that the command line names.
///
/// # Errors
/// [`Failure::Unreachable`].
pub async fn connect(place: &Place, address: &str, caller: Caller) -> Result<AuthorizedChannel, Failure> {
    connect_as(address, &read_token(place, caller)?).await
}

/// Connects to a server as a token's principal; an address without a scheme is taken as `http`.
///
/// # Errors
/// [`Failure::Unreachable`].
pub async fn connect_as(address: &str, token: &BearerToken) -> Result<AuthorizedChannel, Failure> {
    let url = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    grpc::connect(&url, token).await.map_err(Failure::unreachable)
}

/// Reads where the server listens that holds the data folder.
///
/// # Errors
/// [`Failure::Unreachable`] when it is held by something that serves nobody.
pub fn served_address(place: &Place) -> Result<String, Failure> {
    let data_dir = &place.data_dir;
    let address = fs::read_to_string(data_dir.join("server.address")).ok();
    let address = address.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    address.ok_or_else(|| {
        Failure::Unreachable(anyhow::anyhow!(
            "`{}` is locked by another process that serves nobody, such as a demonstration or another command; \
             try again once it has ended",
            data_dir.display()
        ))
    })
}

/// Reads the token to call with: of the file that is named, or else of the data folder.
///
/// # Errors
/// [`Failure::Unreachable`] naming the file.
pub fn read_token(place: &Place, caller: Caller) -> Result<BearerToken, Failure> {
    let file = match (&place.token_file, caller) {
        (Some(file), _) => file.clone(),
        (None, Caller::Admin) => place.data_dir.join("admin.token"),
        (None, Caller::LocalProposer) => keys::local_proposer_file(&place.data_dir),
        (None, Caller::LocalExecutor) => keys::local_executor_file(&place.data_dir),
    };
    let read = || -> anyhow::Result<BearerToken> {
        let text = fs::read_to_string(&file)?;
        Ok(text.trim().parse::<BearerToken>()?)
    };
    let hint = "name a file with a bearer token by `--token-file`";
    read().with_context(|| format!("no token in `{}`; {hint}", file.display())).map_err(Failure::Unreachable)
}
