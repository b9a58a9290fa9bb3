//! Page and resume tokens: a place in a list or stream, bound to the request that it was given for.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use service_kit::access::{SEAL_BYTES, Seals};

/// What a token belongs to: the rpc, and every argument that must not change from page to page.
///
/// The seal is keyed: nobody but the service makes a token. A forged one would reach nothing that its caller could not ask for.
#[derive(Debug, Clone)]
pub struct Binding {
    seals: Seals,
    sealed: Vec<u8>,
}

/// Says that a token was not given for this request, or was altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the token was not given for this request or was altered; begin again without one, or with the arguments it was given for"
)]
pub struct TokenInvalid;

impl Binding {
    /// Binds tokens to an rpc and its arguments.
    pub fn new(seals: &Seals, rpc: &str, arguments: &[&str]) -> Self {
        let mut sealed = b"countersign/token/v1\n".to_vec();
        for part in [&[rpc], arguments].concat() {
            // The length in front keeps `ab` + `c` apart from `a` + `bc`.
            sealed.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            sealed.extend_from_slice(part.as_bytes());
        }
        Self { seals: seals.clone(), sealed }
    }

    /// Writes a place as a token.
    pub fn seal(&self, place: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode([&self.seal_of(place)[..], place].concat())
    }

    /// Reads the place out of a token.
    ///
    /// # Errors
    /// [`TokenInvalid`] when the token is of another request, or was altered.
    pub fn open<const N: usize>(&self, token: &str) -> Result<[u8; N], TokenInvalid> {
        self.open_bytes(token)?.try_into().map_err(|_| TokenInvalid)
    }

    /// Reads a place of any length out of a token.
    ///
    /// # Errors
    /// As [`Binding::open`].
    pub fn open_bytes(&self, token: &str) -> Result<Vec<u8>, TokenInvalid> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| TokenInvalid)?;
        let (seal, place) = bytes.split_at_checked(SEAL_BYTES).ok_or(TokenInvalid)?;
        if seal == self.seal_of(place) { Ok(place.to_vec()) } else { Err(TokenInvalid) }
    }

    fn seal_of(&self, place: &[u8]) -> [u8; SEAL_BYTES] {
        self.seals.of(&[&self.sealed, place].concat())
    }
}

#[cfg(test)]
mod tests {
    use service_kit::{access::Pseudonyms, ids::SeededIds};

    use super::*;

    fn seals(seed: u64) -> Seals {
        let folder = tempfile::tempdir().expect("a folder");
        Pseudonyms::open(&folder.path().join("key"), &SeededIds::new(seed)).expect("a key").seals()
    }

    #[test]
    fn a_token_of_another_key_is_refused() {
        let token = Binding::new(&seals(1), "ListCandidates", &["workspaces/demo"]).seal(&[1]);
        assert_eq!(
            Binding::new(&seals(2), "ListCandidates", &["workspaces/demo"]).open::<1>(&token),
            Err(TokenInvalid)
        );
        assert_eq!(Binding::new(&seals(1), "ListCandidates", &["workspaces/demo"]).open::<1>(&token), Ok([1]));
    }

    #[test]
    fn a_token_leads_back_to_its_place() {
        let binding = Binding::new(&seals(1), "ListCandidates", &["workspaces/demo", "state = PROPOSED"]);
        assert_eq!(binding.open::<8>(&binding.seal(&7_u64.to_be_bytes())), Ok(7_u64.to_be_bytes()));
    }

    #[test]
    fn an_altered_token_is_refused_whatever_byte_changed() {
        let binding = Binding::new(&seals(1), "ListCandidates", &["workspaces/demo"]);
        let token = binding.seal(&7_u64.to_be_bytes());
        for at in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).expect("ASCII");
            assert_eq!(binding.open::<8>(&altered), Err(TokenInvalid), "{at}");
        }
        assert_eq!(binding.open::<8>(""), Err(TokenInvalid));
        assert_eq!(binding.open::<9>(&token), Err(TokenInvalid));
    }

    #[test]
    fn a_token_of_another_request_is_refused() {
        let token = Binding::new(&seals(1), "ListCandidates", &["workspaces/ab", "c"]).seal(&[1]);
        for other in [
            Binding::new(&seals(1), "ListTriggers", &["workspaces/ab", "c"]),
            Binding::new(&seals(1), "ListCandidates", &["workspaces/a", "bc"]),
            Binding::new(&seals(1), "ListCandidates", &["workspaces/ab", "c", ""]),
        ] {
            assert_eq!(other.open::<1>(&token), Err(TokenInvalid));
        }
    }
}
