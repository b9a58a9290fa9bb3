use super::inquiry::Inquiry;

/// The form values that anybody needs to answer at all.
const ALWAYS: [&str; 3] = ["name", "email", "company"];

/// What a topic takes beyond that. A topic that is not here takes nothing more.
const BY_TOPIC: [(&str, &[&str]); 7] = [
    ("quote", &["product", "quantity"]),
    ("demo", &["product", "preferred_date"]),
    ("delivery", &["order_number"]),
    ("support", &["product", "serial_number"]),
    ("invoice", &["invoice_number"]),
    ("renewal", &["contract_number"]),
    ("partnership", &["country"]),
];

/// Names the form values that an answer takes and that were not filled in.
pub fn missing_values(inquiry: &Inquiry) -> Vec<String> {
    let topic = inquiry.value("topic").map(str::to_lowercase);
    let of_topic =
        topic.and_then(|topic| BY_TOPIC.iter().find(|(name, _)| *name == topic)).map_or(&[][..], |(_, needs)| needs);
    let untold = if inquiry.value("topic").is_none() { &["topic"][..] } else { &[] };
    let needed = ALWAYS.iter().chain(untold).chain(of_topic);
    needed.filter(|name| inquiry.value(name).is_none()).map(|name| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(form: &str) -> Vec<String> {
        let line = format!(r#"{{"id":"I-1","received_at":"2026-03-04T08:15:00Z","form":{form}}}"#);
        missing_values(&Inquiry::read(1, &line).expect("an inquiry"))
    }

    #[test]
    fn a_topic_takes_what_it_takes() {
        let who = r#""name":"Ada","email":"ada@rund.example","company":"Rund""#;
        assert_eq!(missing(&format!(r#"{{{who},"topic":"Quote","quantity":"4"}}"#)), ["product"]);
        assert_eq!(missing(&format!(r#"{{{who},"topic":"quote","quantity":" ","product":"Alto"}}"#)), ["quantity"]);
        assert_eq!(missing(&format!(r#"{{{who},"topic":"praise"}}"#)), Vec::<String>::new());
        assert_eq!(missing(r#"{"name":"Ada"}"#), ["email", "company", "topic"]);
    }
}
