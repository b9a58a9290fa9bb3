use countersign_api::candidate::v1::State;
use countersign_api::r#type::v1::Principal;

/// Returns a state as the domain writes it: `NEEDS_EVIDENCE`.
pub fn state_name(state: i32) -> &'static str {
    bare(State::try_from(state).unwrap_or_default().as_str_name(), "STATE_")
}

/// Returns an enum value's name without the enum's prefix.
pub fn bare(name: &'static str, prefix: &str) -> &'static str {
    name.strip_prefix(prefix).unwrap_or(name)
}

/// Returns the end of a name, by which people call a candidate: the last twelve digits of its id.
pub fn short_id(name: &str) -> &str {
    name.rsplit_once('-').map_or(name, |(_, end)| end)
}

/// Returns the trace id of a W3C traceparent, by which logs and traces of the call are found; empty where there is none.
pub fn trace_id(traceparent: &str) -> &str {
    const DIGITS: usize = 32;
    let id = traceparent.split('-').nth(1).unwrap_or_default();
    let is_id =
        id.len() == DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit()) && id.bytes().any(|byte| byte != b'0');
    if is_id { id } else { "" }
}

/// Returns who it was.
pub fn who(principal: Option<&Principal>) -> &str {
    principal.map_or("", |principal| &principal.id)
}

/// Joins what is there with a separator.
pub fn joined<const N: usize>(separator: &str, parts: [&str; N]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_named_by_its_id_alone() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(trace_id(&format!("00-{id}-00f067aa0ba902b7-01")), id);
        for none in ["", "00", "00-short-00f067aa0ba902b7-01", &format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32))] {
            assert_eq!(trace_id(none), "", "{none}");
        }
    }

    #[test]
    fn names_go_without_their_prefix() {
        assert_eq!(state_name(State::NeedsEvidence.into()), "NEEDS_EVIDENCE");
        assert_eq!(state_name(-1), "UNSPECIFIED");
        assert_eq!(short_id("workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55"), "6d1f6c7a9a55");
    }
}
