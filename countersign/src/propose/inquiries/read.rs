use std::collections::HashMap;

use super::inquiry::{Inquiry, NotAnInquiry};
use crate::propose::BrokenRow;

/// Reads inquiries, one JSON object a line; blank lines are skipped, and lines that are no inquiries are added to `broken`.
pub fn read_inquiries(file: &str, text: &str, broken: &mut Vec<BrokenRow>) -> Vec<Inquiry> {
    let mut lines_by_id: HashMap<String, u64> = HashMap::new();
    let mut inquiries = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let row = |error: NotAnInquiry| BrokenRow {
            file: file.to_owned(),
            line: number,
            column: error.field,
            reason: error.reason,
        };
        let inquiry = match Inquiry::read(number, line) {
            Ok(inquiry) => inquiry,
            Err(error) => {
                broken.push(row(error));
                continue;
            }
        };
        if let Some(first) = lines_by_id.get(&inquiry.id) {
            let reason = format!("`{}` is the id of line {first} already", inquiry.id);
            broken.push(row(NotAnInquiry { field: Some("id".to_owned()), reason }));
        } else {
            lines_by_id.insert(inquiry.id.clone(), number);
            inquiries.push(inquiry);
        }
    }
    inquiries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_lines_and_ids_used_twice_are_named_and_the_rest_goes_on() {
        let line = |id: &str| format!(r#"{{"id":"{id}","received_at":"2026-03-04T08:15:00Z","form":{{}}}}"#);
        let text = format!("\u{feff}{}\n\n{{oops\n{}\r\n{}\n", line("I-1"), line("I-1"), line("I-2"));
        let mut broken = Vec::new();
        let inquiries = read_inquiries("inquiries.jsonl", &text, &mut broken);
        assert_eq!(
            inquiries.iter().map(|inquiry| (inquiry.id.as_str(), inquiry.line)).collect::<Vec<_>>(),
            [("I-1", 1), ("I-2", 5)]
        );
        let broken: Vec<_> = broken.iter().map(ToString::to_string).collect();
        assert!(broken[0].starts_with("inquiries.jsonl line 3: key must be a string"), "{broken:?}");
        assert_eq!(broken[1], "inquiries.jsonl line 4, column `id`: `I-1` is the id of line 1 already");
    }
}
