//! Changes of wording, told without the words.

use std::borrow::Cow;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::class::class_of;
use super::spans::{Span, spans};
use crate::export::export_key::ExportKey;

/// Classes of values that are compared word by word; dates, links, addresses and the like are not.
const WORDED: [&str; 6] = [
    "word",
    "name-like",
    "text of 2 to 5 words",
    "text of 6 to 20 words",
    "text of 21 to 100 words",
    "text of over 100 words",
];

/// Words that went or came at one place of a payload, without the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wording {
    /// JSON Pointer of the text, generalized.
    pub path: String,
    /// What happened: `removed`, `inserted`, `replaced`, `respelled`, `punctuated` or `rewritten`.
    pub change: Cow<'static, str>,
    /// Keyed hash of the normal form of what went.
    pub from: Option<String>,
    /// Keyed hash of the normal form of what came.
    pub to: Option<String>,
}

/// Tells what happened to the words of a text at a place, each with the words themselves, which are for whoever may see them and for no
/// export; nothing unless both values are words or texts.
pub(super) fn wordings(path: &str, before: &Value, after: &Value, key: &ExportKey) -> Vec<(Wording, Span)> {
    let worded = |value: &Value| WORDED.contains(&class_of(value));
    let (Some(old), Some(new)) = (before.as_str(), after.as_str()) else { return Vec::new() };
    if !worded(before) || !worded(after) {
        return Vec::new();
    }
    let told = |(change, from, to), span| {
        let wording = Wording { path: path.to_owned(), change: Cow::Borrowed(change), from, to };
        (wording, span)
    };
    match spans(old, new) {
        None => {
            let whole = Span { removed: old.to_owned(), inserted: new.to_owned() };
            vec![told(("rewritten", None, None), whole)]
        }
        Some(spans) => spans.into_iter().map(|span| told(change_of(&span, key), span)).collect(),
    }
}

fn change_of(span: &Span, key: &ExportKey) -> (&'static str, Option<String>, Option<String>) {
    let (removed, inserted) = (normal_form(&span.removed), normal_form(&span.inserted));
    let hash = |words: &str| (!words.is_empty()).then(|| key.hash_words(words));
    let change = match (removed.as_str(), inserted.as_str()) {
        ("", "") => "punctuated",
        (removed, inserted) if removed == inserted => "respelled",
        (_, "") => "removed",
        ("", _) => "inserted",
        _ => "replaced",
    };
    (change, hash(&removed), hash(&inserted))
}

/// Returns what variants of the same words share: letters and digits alone, in lower case and without accents, so that `E-Mail`, `e mail`
/// and `email` are one.
pub(crate) fn normal_form(words: &str) -> String {
    words.nfkd().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: &str, after: &str) -> Vec<Wording> {
        let told = wordings("/label", &json!(before), &json!(after), &ExportKey::new(&[9; 32]));
        told.into_iter().map(|(wording, _)| wording).collect()
    }

    #[test]
    fn variants_of_a_label_have_one_form() {
        for words in ["Follow-Up", "follow up", "FOLLOWUP", "follow–up!", "ｆollow up"] {
            assert_eq!(normal_form(words), "followup", "{words}");
        }
        assert_eq!(normal_form("Café Müller"), "cafemuller");
        assert_eq!(normal_form(" – "), "");
    }

    #[test]
    fn the_same_change_of_words_is_the_same_whatever_the_spelling() {
        let hash = |words: &str| Some(ExportKey::new(&[9; 32]).hash_words(words));
        for (before, after) in
            [("Kindly reply by mail", "reply by mail"), ("KINDLY  reply by e-mail", "reply by e-mail")]
        {
            let removed =
                Wording { path: "/label".to_owned(), change: "removed".into(), from: hash("kindly"), to: None };
            assert_eq!(told(before, after), [removed], "{before}");
        }
        assert_eq!(told("now or never", "never")[0].from, hash("nowor"));
        assert_eq!(
            (told("high", "low")[0].from.clone(), told("HIGH", "Low")[0].to.clone()),
            (hash("high"), hash("low"))
        );
    }

    #[test]
    fn each_change_has_its_word_and_no_value() {
        for (before, after, change) in [
            ("call now", "call", "removed"),
            ("call", "call now", "inserted"),
            ("call Anna", "call Ben", "replaced"),
            ("GTXPro", "GTX Pro", "respelled"),
            ("well then", "well, then", "punctuated"),
            (&"w ".repeat(1_200), "w", "rewritten"),
        ] {
            let found = told(before, after);
            assert_eq!((found.len(), &*found[0].change), (1, change), "{before}");
            assert!(!format!("{found:?}").contains("Anna"));
        }
    }

    #[test]
    fn dates_and_addresses_have_no_wording() {
        for (before, after) in [("2026-11-30", "2026-12-02"), ("soon", "2026-12-02"), ("a@b.example", "c@b.example")] {
            assert_eq!(told(before, after), []);
        }
        assert_eq!(wordings("/n", &json!(1), &json!("one"), &ExportKey::new(&[9; 32])), []);
    }
}
