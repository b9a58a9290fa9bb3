use std::path::Path;

use serde_json::{Value, json};

use crate::propose::jsonl::LineError;
use crate::propose::{Origin, Refused};

/// Why one line of proposals is not kept, whoever found it: this command, or the services.
#[derive(Debug)]
pub struct RejectedLine {
    file: String,
    line: Option<u64>,
    column: Option<u64>,
    request_id: Option<String>,
    field: Option<String>,
    reason: String,
    message: String,
    mend: String,
}

impl RejectedLine {
    /// Makes it of a line that is no proposal.
    pub fn unreadable(file: &Path, error: LineError) -> Self {
        let reason = error.reason_name().to_owned();
        let LineError { line, column, request_id, field, reason: _, what, mend } = error;
        let (file, request_id, field) = (file.display().to_string(), request_id.map(Into::into), field.map(Into::into));
        Self { file, line: Some(line), column, request_id, field, reason, message: what, mend }
    }

    /// Makes it of an item that the services refused.
    pub fn refused(file: &Path, Refused { request_id, origin, refusal }: Refused) -> Self {
        Self {
            file: file.display().to_string(),
            line: match origin {
                Origin::Line(line) => Some(line),
                Origin::Record(_) => None,
            },
            column: None,
            request_id: Some(request_id),
            field: refusal.field_of_line(),
            reason: refusal.reason_name(),
            message: refusal.message().to_owned(),
            mend: refusal.mend_of_line(),
        }
    }

    /// Returns it as people read it: what and where, and below it what to do now.
    pub fn to_text(&self) -> String {
        let mut place = self.file.clone();
        let line = self.line.map(|line| format!(" line {line}"));
        let column = self.column.map(|column| format!(", column {column}"));
        let request_id = self.request_id.as_ref().map(|id| format!(", request `{id}`"));
        place.extend([line, column, request_id].into_iter().flatten());
        format!("{place}: {}: {}\n    now: {}", self.reason, self.message, self.mend)
    }

    /// Returns it as `--json` shows it.
    pub fn to_json(&self) -> Value {
        json!({
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "request_id": self.request_id,
            "reason": self.reason,
            "field": self.field,
            "message": self.message,
            "mend": self.mend,
        })
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::error::v1::ErrorReason;
    use service_kit::rejection::Rejection;

    use super::*;
    use crate::refusal::Refusal;

    #[test]
    fn whoever_refuses_a_line_says_where_which_what_why_and_what_now() {
        let unreadable = RejectedLine::unreadable(
            Path::new("new.jsonl"),
            LineError {
                line: 4,
                column: Some(17),
                request_id: Some("r-4".into()),
                field: Some("trigger.source_id".into()),
                reason: Some(ErrorReason::RequestMalformed),
                what: "`trigger.source_id` is a number, a text is needed".to_owned(),
                mend: "write it as text in double quotes".to_owned(),
            },
        );
        assert_eq!(
            unreadable.to_text(),
            "new.jsonl line 4, column 17, request `r-4`: REQUEST_MALFORMED: `trigger.source_id` is a number, a text is needed\n    \
             now: write it as text in double quotes"
        );
        let status = Rejection::malformed("proposal.trigger.source_system", "it is empty").into_status();
        let refused =
            Refused { request_id: "r-9".to_owned(), origin: Origin::Line(9), refusal: Refusal::read(&status) };
        for (json, field) in [
            (unreadable.to_json(), "trigger.source_id"),
            (RejectedLine::refused(Path::new("new.jsonl"), refused).to_json(), "trigger.source_system"),
        ] {
            assert_eq!((&json["file"], &json["reason"]), (&"new.jsonl".into(), &"REQUEST_MALFORMED".into()));
            assert_eq!(json["field"], field);
            assert!(json["line"].is_u64() && json["request_id"].is_string(), "{json}");
            assert!(json["mend"].as_str().is_some_and(|mend| !mend.is_empty() && !mend.contains("--")), "{json}");
        }
    }
}
