use super::inquiry::Inquiry;
use crate::propose::clip;

/// The most bytes of the free text that are shown: enough to see what it is about, no copy of it.
const SNIPPET_MAX_BYTES: usize = 240;
/// The most bytes of a form value in a sentence.
const VALUE_MAX_BYTES: usize = 80;

/// What people write when it cannot wait.
const URGENT: [&str; 7] = ["urgent", "asap", "as soon as possible", "immediately", "right away", "today", "standstill"];

/// Says in one sentence who asks about what.
pub fn who_asks_what(inquiry: &Inquiry) -> String {
    let shown = |name: &str| inquiry.value(name).map(|value| clip(value, VALUE_MAX_BYTES));
    let who = shown("name").unwrap_or_else(|| "Somebody who gives no name".to_owned());
    let company =
        shown("company").map_or_else(|| ", without naming a company,".to_owned(), |company| format!(" of {company}"));
    let topic = shown("topic").unwrap_or_else(|| "something the form does not say".to_owned());
    let product = shown("product").map(|product| format!(" ({product})")).unwrap_or_default();
    format!("{who}{company} asks about {topic}{product}.")
}

/// Returns the beginning of the free text on one line; nothing when nothing was written.
pub fn snippet(inquiry: &Inquiry) -> Option<String> {
    let words: Vec<&str> = inquiry.text.split_whitespace().collect();
    if words.is_empty() { None } else { Some(clip(&words.join(" "), SNIPPET_MAX_BYTES)) }
}

/// Returns the word of the text by which it cannot wait.
pub fn urgent_word(inquiry: &Inquiry) -> Option<&'static str> {
    let parts = inquiry.text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    let text = format!(" {} ", parts.collect::<Vec<_>>().join(" ").to_lowercase());
    URGENT.into_iter().find(|word| text.contains(&format!(" {word} ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inquiry(form: &str, text: &str) -> Inquiry {
        let line = format!(r#"{{"id":"I-1","received_at":"2026-03-04T08:15:00Z","form":{form},"text":"{text}"}}"#);
        Inquiry::read(1, &line).expect("an inquiry")
    }

    #[test]
    fn a_sentence_says_what_is_known_and_what_is_not() {
        let full = inquiry(r#"{"name":"Ada Tarn","company":"Rund","topic":"quote","product":"Alto"}"#, "");
        assert_eq!(who_asks_what(&full), "Ada Tarn of Rund asks about quote (Alto).");
        let bare = who_asks_what(&inquiry("{}", ""));
        assert_eq!(
            bare,
            "Somebody who gives no name, without naming a company, asks about something the form does not say."
        );
    }

    #[test]
    fn a_snippet_is_one_short_line() {
        assert_eq!(snippet(&inquiry("{}", r"  Two\n lines  ")).as_deref(), Some("Two lines"));
        assert_eq!(snippet(&inquiry("{}", " ")), None);
        assert!(snippet(&inquiry("{}", &"word ".repeat(100))).expect("text").len() <= SNIPPET_MAX_BYTES);
    }

    #[test]
    fn urgency_is_a_word_of_its_own() {
        assert_eq!(urgent_word(&inquiry("{}", "This is URGENT!")), Some("urgent"));
        assert_eq!(urgent_word(&inquiry("{}", "Please answer as soon as possible.")), Some("as soon as possible"));
        assert_eq!(urgent_word(&inquiry("{}", "A resurgent todayish market")), None);
    }
}
