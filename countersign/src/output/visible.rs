use super::mixed_script;

/// Makes text that others wrote safe to show on a terminal: what would hide, reorder or steer shows as an escape, and so does
/// a letter that stands in a word of another script, such as a Cyrillic `а` in a Latin word.
///
/// Line breaks stay when `text` has them; tabs become spaces.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (letter, is_foreign) in mixed_script::letters(text) {
        match letter {
            '\n' => shown.push('\n'),
            '\t' => shown.push(' '),
            letter if is_foreign || hides(letter) => shown.extend(letter.escape_unicode()),
            letter => shown.push(letter),
        }
    }
    shown
}

fn hides(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{00AD}' // soft hyphen
            | '\u{034F}' // combining grapheme joiner
            | '\u{061C}' // Arabic letter mark
            | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' // Hangul fillers
            | '\u{17B4}' | '\u{17B5}' // Khmer inherent vowels
            | '\u{180B}'..='\u{180F}' // Mongolian selectors
            | '\u{200B}'..='\u{200F}' // zero width, direction marks
            | '\u{2028}'..='\u{202E}' // line separators, embeddings, overrides
            | '\u{2060}'..='\u{206F}' // joiners, isolates
            | '\u{FE00}'..='\u{FE0F}' // variation selectors
            | '\u{FEFF}' // byte order mark
            | '\u{FFF9}'..='\u{FFFB}' // interlinear marks
            | '\u{E0000}'..='\u{E0FFF}' // tags
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_steers_is_shown_and_the_rest_is_left_alone() {
        assert_eq!(visible("pay \u{202E}001"), "pay \\u{202e}001");
        assert_eq!(visible("a\u{200B}b\u{1b}[2Jc"), "a\\u{200b}b\\u{1b}[2Jc");
        assert_eq!(visible("two\nlines\tof Grüße 漢字"), "two\nlines of Grüße 漢字");
    }

    #[test]
    fn a_letter_that_pretends_to_be_another_is_shown_as_what_it_is() {
        assert_eq!(visible("pay P\u{0430}yPal now"), "pay P\\u{430}yPal now");
        assert_eq!(visible("Москва, Ostrand"), "Москва, Ostrand");
    }
}
