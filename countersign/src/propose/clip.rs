/// Cuts a text to so many bytes, at a character, and shows by `…` that it did.
pub fn clip(text: &str, max_bytes: usize) -> String {
    const MARK: char = '…';
    if text.len() <= max_bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(max_bytes.saturating_sub(MARK.len_utf8()));
    let mut clipped = text[..end].trim_end().to_owned();
    clipped.push(MARK);
    clipped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_never_longer_than_asked() {
        assert_eq!(clip("Grüße", 7), "Grüße");
        assert_eq!(clip("Grüße an alle", 7), "Grü…");
        assert_eq!(clip("two words", 7), "two…");
        for max in 3..12 {
            assert!(clip("漢字漢字漢字", max).len() <= max);
        }
    }
}
