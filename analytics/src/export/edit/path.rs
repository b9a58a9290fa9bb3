//! Places in a payload, without what is particular to one payload.

/// Most bytes of a field name that is shown.
const FIELD_MAX_BYTES: usize = 40;

/// Generalizes a JSON Pointer: array positions become `*`, and whatever is not shaped like a field name becomes `?`.
///
/// A key that is not shaped like a field name can be a value in disguise, such as an address.
pub(super) fn generalize_path(pointer: &str) -> String {
    let mut path = String::with_capacity(pointer.len());
    for token in pointer.split('/').skip(1) {
        path.push('/');
        path.push_str(generalize_token(token));
    }
    path
}

/// Generalizes one step of a JSON Pointer, or the key of a member.
pub(super) fn generalize_token(token: &str) -> &str {
    let is_position = token == "-" || (!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit()));
    if is_position {
        "*"
    } else if is_field_name(token) {
        token
    } else {
        "?"
    }
}

fn is_field_name(token: &str) -> bool {
    token.len() <= FIELD_MAX_BYTES
        && token.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_')
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_odd_keys_are_not_shown() {
        assert_eq!(generalize_path(""), "");
        assert_eq!(generalize_path("/due"), "/due");
        assert_eq!(generalize_path("/items/12/dueDate"), "/items/*/dueDate");
        assert_eq!(generalize_path("/items/-"), "/items/*");
        assert_eq!(generalize_path("/attendees/anna@example.org/role"), "/attendees/?/role");
        assert_eq!(generalize_path("/Anna"), "/?");
        assert_eq!(generalize_path(&format!("/{}", "a".repeat(41))), "/?");
    }
}
