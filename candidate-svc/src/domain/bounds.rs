//! Checks of length and number. Each names the field as the contract does and says what would do.

use std::fmt::Display;

use super::Refusal;
use super::limits::{LINK_MAX_BYTES, NAME_MAX_BYTES};

/// Refuses a text over `max_bytes`.
pub(super) fn text(field: impl Display, text: &str, max_bytes: usize) -> Result<(), Refusal> {
    if text.len() <= max_bytes {
        return Ok(());
    }
    let reason = format!("it has `{}` bytes, `{max_bytes}` are allowed: shorten it", text.len());
    Err(Refusal::malformed(field.to_string(), reason))
}

/// Refuses a text that is empty, all blank, or over `max_bytes`.
pub(super) fn required_text(field: impl Display, value: &str, max_bytes: usize) -> Result<(), Refusal> {
    if value.trim().is_empty() {
        return Err(Refusal::malformed(field.to_string(), "it is empty: say it in words"));
    }
    text(field, value, max_bytes)
}

/// Refuses a name or id of another system that is empty, all blank, or over [`NAME_MAX_BYTES`].
pub(super) fn required_name(field: impl Display, value: &str) -> Result<(), Refusal> {
    if value.trim().is_empty() {
        return Err(Refusal::malformed(field.to_string(), "it is empty: set it to what its own system calls it"));
    }
    text(field, value, NAME_MAX_BYTES)
}

/// Refuses a link that is over [`LINK_MAX_BYTES`], or neither empty nor an absolute `https` or `http` URL: people follow it, and a
/// `javascript:` or `data:` URL would act in their name.
pub(super) fn link(field: impl Display, value: &str) -> Result<(), Refusal> {
    text(&field, value, LINK_MAX_BYTES)?;
    if value.is_empty() || is_web_url(value) {
        return Ok(());
    }
    let reason = "it is not an absolute `https` or `http` URL: send one such as `https://crm.example/deals/7`, or leave it empty";
    Err(Refusal::malformed(field.to_string(), reason))
}

fn is_web_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_web = ["https", "http"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // Browsers drop line breaks and read `\` as `/`: what they would open is not what a reviewer reads.
    let is_plain = !text.contains(|sign: char| sign.is_control() || sign.is_whitespace() || sign == '\\');
    is_web && is_plain && authority.starts_with(|sign: char| sign.is_alphanumeric() || sign == '[')
}

/// Refuses more than `max_items`.
pub(super) fn count(field: impl Display, items: usize, max_items: usize) -> Result<(), Refusal> {
    if items <= max_items {
        return Ok(());
    }
    let reason = format!("it has `{items}` items, `{max_items}` are allowed: send fewer");
    Err(Refusal::malformed(field.to_string(), reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_an_absolute_web_url_or_empty() {
        for fits in [
            "",
            "https://crm.example/deals/7?tab=notes#3",
            "HTTP://crm.example",
            "http://[::1]:8080/x",
            "https://bücher.example/",
        ] {
            assert_eq!(link("link", fits), Ok(()), "{fits}");
        }
        for refused in [
            "javascript:alert(1)",
            "javascript://crm.example/%0aalert(1)",
            "data:text/html,<script>",
            "file:///etc/passwd",
            "mailto:anna@crm.example",
            "//crm.example/x",
            "/deals/7",
            "crm.example/deals/7",
            "https:crm.example",
            "https://",
            "https:///etc",
            "https://?x",
            "https://crm.example/a b",
            "https://crm.example/\u{7}",
            "https://crm.example\\@evil.example",
            " https://crm.example",
        ] {
            let refusal = link("proposal.evidence[2].link", refused).expect_err(refused);
            let Refusal::Malformed { field, reason } = refusal else { panic!("{refusal}") };
            assert_eq!(field, "proposal.evidence[2].link");
            assert!(reason.contains("`https://crm.example/deals/7`"), "{reason}");
        }
    }

    #[test]
    fn a_name_is_not_asked_for_in_words() {
        let refusal = required_name("trigger.source_system", " ").expect_err("empty");
        assert_eq!(
            refusal.to_string(),
            "`trigger.source_system` is refused: it is empty: set it to what its own system calls it"
        );
        let refusal = required_text("note", " ", 8).expect_err("empty");
        assert_eq!(refusal.to_string(), "`note` is refused: it is empty: say it in words");
    }
}
