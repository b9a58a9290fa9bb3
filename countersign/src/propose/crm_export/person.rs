use std::fmt::Write as _;

use countersign_api::name::ID_MAX_BYTES;
use ledger_format::sha256;

/// How many hexadecimal digits tell two people apart whose names make the same slug.
const MARK_DIGITS: usize = 8;

/// Returns the principal that stands for a person of the CRM, such as `humans/mei-mei-johns` for `Mei-Mei Johns`.
///
/// Letters outside ASCII, and lengths that no id has, are replaced; such an id ends in a part of the name's hash, so that no two
/// names share one for that reason.
pub fn owner_of(name: &str) -> String {
    format!("humans/{}", slug(name))
}

/// Makes an id of a name.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_matches('-');
    let is_faithful = name.is_ascii() && !slug.is_empty() && slug.len() <= ID_MAX_BYTES;
    if is_faithful {
        return slug.to_owned();
    }
    let mut marked: String = slug.chars().take(ID_MAX_BYTES - MARK_DIGITS - 1).collect();
    marked.truncate(marked.trim_end_matches('-').len());
    let hash = hex::encode(sha256(&[name.as_bytes()]).as_bytes());
    let separator = if marked.is_empty() { "" } else { "-" };
    // Writing to a text cannot fail.
    let _ = write!(marked, "{separator}{}", &hash[..MARK_DIGITS]);
    marked
}

#[cfg(test)]
mod tests {
    use countersign_api::name::is_id;

    use super::*;

    #[test]
    fn plain_names_read_as_they_are() {
        assert_eq!(owner_of("Moses Frase"), "humans/moses-frase");
        assert_eq!(owner_of(" Mei-Mei  O'Johns "), "humans/mei-mei-o-johns");
    }

    #[test]
    fn other_names_get_an_id_of_their_own() {
        let long = "n".repeat(ID_MAX_BYTES + 1);
        let names = ["Zoë Grün", "Zoé Grün", "王芳", "李娜", "--", &long, &format!("{long}n")];
        let ids: std::collections::BTreeSet<_> = names.iter().map(|name| slug(name)).collect();
        assert_eq!(ids.len(), names.len());
        assert!(ids.iter().all(|id| is_id(id)), "{ids:?}");
        assert!(is_id(&slug(&"n".repeat(ID_MAX_BYTES))));
    }
}
