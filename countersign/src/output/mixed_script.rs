//! Which letters of a text stand in a word of another script (Unicode UTS 39, mixed-script detection).

use std::cmp::Reverse;

use unicode_script::{Script, UnicodeScript as _};
use unicode_security::mixed_script::AugmentedScriptSet;

/// Returns every character, and whether it is a letter of another script than the word it stands in.
///
/// A word is a run of letters, digits and the marks on them. It may be of one script, or of those that Japanese, Chinese and Korean are
/// written in together, also with Latin letters. In any other, the letters that are not of the script most of the word is in
/// are the foreign ones; of two scripts with as many letters each, Latin is the word's own.
pub fn letters(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let in_word = is_of_word(first);
        let end = rest.find(|letter| is_of_word(letter) != in_word).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        let own = if in_word { own_script(run) } else { None };
        Some(run.chars().map(move |letter| (letter, own.is_some_and(|own| is_foreign(letter, own)))))
    })
    .flatten()
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter.script() == Script::Inherited
}

/// Returns the script of a word that mixes some; none for a word that does not.
fn own_script(word: &str) -> Option<Script> {
    if word.is_ascii() || is_written_so(word) {
        return None;
    }
    let scripts: Vec<Script> =
        word.chars().map(|letter| letter.script()).filter(|script| is_a_script(*script)).collect();
    let count = |script: Script| scripts.iter().filter(|other| **other == script).count();
    let first = |script: Script| scripts.iter().position(|other| *other == script);
    scripts.iter().copied().max_by_key(|&script| (count(script), script == Script::Latin, Reverse(first(script))))
}

/// Tells whether people write such words: of one script, or East Asian with Latin letters.
fn is_written_so(word: &str) -> bool {
    let mut whole = AugmentedScriptSet::default();
    let mut without_latin = AugmentedScriptSet::default();
    for letter in word.chars() {
        let scripts = AugmentedScriptSet::for_char(letter);
        whole.intersect_with(scripts);
        if !scripts.base.contains_script(Script::Latin) {
            without_latin.intersect_with(scripts);
        }
    }
    let is_east_asian = without_latin.hanb || without_latin.jpan || without_latin.kore;
    !whole.is_empty() || is_east_asian
}

fn is_foreign(letter: char, own: Script) -> bool {
    is_a_script(letter.script()) && !letter.script_extension().contains_script(own)
}

fn is_a_script(script: Script) -> bool {
    !matches!(script, Script::Common | Script::Inherited | Script::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the text with its foreign letters in brackets.
    fn marked(text: &str) -> String {
        letters(text)
            .map(|(letter, foreign)| if foreign { format!("[{letter}]") } else { letter.to_string() })
            .collect()
    }

    #[test]
    fn a_letter_of_another_script_inside_a_word_is_found() {
        // Cyrillic а and о, Greek ο, Cyrillic majority with a Latin a.
        assert_eq!(marked("P\u{0430}yPal g\u{043E}\u{043E}gle"), "P[\u{0430}]yPal g[\u{043E}][\u{043E}]gle");
        assert_eq!(marked("micr\u{03BF}soft"), "micr[\u{03BF}]soft");
        assert_eq!(marked("Мoсква"), "М[o]сква");
        assert_eq!(marked("a\u{0430}"), "a[\u{0430}]");
    }

    #[test]
    fn words_as_people_write_them_are_left_alone() {
        for text in [
            "Grüße aus Zürich, Ærø und Łódź",
            "Москва (Moskva)",
            "Tシャツとカタカナ、漢字kanji",
            "한국어와 漢字",
            "e\u{0301}te\u{0301} 5µm 20°C",
            "مرحبا ١٢٣ שלום",
            "",
        ] {
            assert_eq!(marked(text), text);
        }
    }

    #[test]
    fn nothing_is_lost() {
        let text = "P\u{0430}y\u{202E}…—\n漢b\u{0301}";
        assert_eq!(letters(text).map(|(letter, _)| letter).collect::<String>(), text);
    }
}
