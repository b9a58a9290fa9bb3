use jiff::civil::Date;
use serde::{Deserialize, de::DeserializeOwned};

/// A task on somebody's list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateTask {
    pub subject: String,
    pub owner: String,
    pub due: Date,
    pub notes: Option<String>,
}

/// A question to somebody who may know what is missing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestInformation {
    pub subject: String,
    pub question: String,
    pub recipient: String,
    pub fields: Vec<String>,
    pub due: Option<Date>,
}

/// A new value for one field of a record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateField {
    pub object_type: String,
    pub record_id: String,
    pub field: String,
    /// What the field holds when the proposal was made; empty where it holds nothing.
    pub from: String,
    pub to: String,
}

/// A reply to a customer, kept as a draft.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftReply {
    pub to: String,
    pub subject: String,
    pub body: String,
}

/// A note on a record that only colleagues see.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddNote {
    pub object_type: String,
    pub record_id: String,
    pub text: String,
}

/// Another owner for a record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AssignOwner {
    pub object_type: String,
    pub record_id: String,
    /// Whose record it is when the proposal was made; empty where it is nobody's.
    pub from: String,
    pub to: String,
}

/// What a payload asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    CreateTask(CreateTask),
    RequestInformation(RequestInformation),
    UpdateField(UpdateField),
    DraftReply(DraftReply),
    AddNote(AddNote),
    AssignOwner(AssignOwner),
}

/// Why a payload is not carried out. Never repeats the payload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    #[error("operation `{0}` is not one of the sandbox: use `{known}`", known = OPERATIONS.join("`, `"))]
    UnknownOperation(String),
    #[error(
        "the payload is not of the shape of `{operation}` at line 1 column `{column}`: compare it with the action type's schema"
    )]
    Shape { operation: &'static str, column: usize },
}

pub(super) const CREATE_TASK: &str = "create_task";
pub(super) const REQUEST_INFORMATION: &str = "request_information";
pub(super) const UPDATE_FIELD: &str = "update_field";
pub(super) const DRAFT_REPLY: &str = "draft_reply";
pub(super) const ADD_NOTE: &str = "add_note";
pub(super) const ASSIGN_OWNER: &str = "assign_owner";

/// All operations. No payload is of the shape of two of them, so that one cannot pass for another.
pub(super) const OPERATIONS: [&str; 6] =
    [CREATE_TASK, REQUEST_INFORMATION, UPDATE_FIELD, DRAFT_REPLY, ADD_NOTE, ASSIGN_OWNER];

impl Action {
    pub(super) fn parse(operation: &str, payload: &str) -> Result<Self, Error> {
        match operation {
            CREATE_TASK => read(CREATE_TASK, payload).map(Self::CreateTask),
            REQUEST_INFORMATION => read(REQUEST_INFORMATION, payload).map(Self::RequestInformation),
            UPDATE_FIELD => read(UPDATE_FIELD, payload).map(Self::UpdateField),
            DRAFT_REPLY => read(DRAFT_REPLY, payload).map(Self::DraftReply),
            ADD_NOTE => read(ADD_NOTE, payload).map(Self::AddNote),
            ASSIGN_OWNER => read(ASSIGN_OWNER, payload).map(Self::AssignOwner),
            _ => Err(Error::UnknownOperation(operation.to_owned())),
        }
    }
}

fn read<T: DeserializeOwned>(operation: &'static str, payload: &str) -> Result<T, Error> {
    // serde's own words can quote the payload; where it stopped reading says enough.
    serde_json::from_str(payload).map_err(|error| Error::Shape { operation, column: error.column() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_read_as_its_operation_says() {
        let payload = r#"{"due":"2026-12-02","owner":"humans/anna","subject":"Call back"}"#;
        let Ok(Action::CreateTask(task)) = Action::parse("create_task", payload) else { panic!("a task") };
        assert_eq!(task.due, jiff::civil::date(2026, 12, 2));
        assert_eq!(task.notes, None);
    }

    #[test]
    fn a_payload_of_another_operation_is_refused_without_quoting_it() {
        let payload = r#"{"due":"2026-12-02","owner":"humans/anna","subject":"a secret"}"#;
        let error = Action::parse("update_field", payload).expect_err("no update");
        assert!(matches!(error, Error::Shape { operation: "update_field", .. }));
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn a_payload_is_of_the_shape_of_one_operation_alone() {
        let payloads = [
            r#"{"due":"2026-12-02","owner":"humans/anna","subject":"Call back"}"#,
            r#"{"fields":["account"],"question":"Which?","recipient":"humans/bo","subject":"Deal D1"}"#,
            r#"{"field":"product","from":"","object_type":"deal","record_id":"D1","to":"GTX Pro"}"#,
            r#"{"body":"Thank you.","subject":"Your inquiry","to":"kim@example.com"}"#,
            r#"{"object_type":"deal","record_id":"D1","text":"Met at the fair."}"#,
            r#"{"from":"","object_type":"deal","record_id":"D1","to":"humans/anna"}"#,
        ];
        for (own, payload) in OPERATIONS.iter().zip(payloads) {
            let accepting = OPERATIONS.iter().filter(|operation| Action::parse(operation, payload).is_ok());
            assert_eq!(accepting.collect::<Vec<_>>(), [own], "{payload}");
        }
    }

    #[test]
    fn surplus_fields_broken_dates_and_unknown_operations_are_refused() {
        for (operation, payload) in [
            ("create_task", r#"{"due":"2026-12-02","extra":1,"owner":"humans/anna","subject":"x"}"#),
            ("create_task", r#"{"due":"2026-02-30","owner":"humans/anna","subject":"x"}"#),
            ("update_field", r#"{"field":"f","from":null,"object_type":"deal","record_id":"1","to":"b"}"#),
            ("request_information", r#"{"fields":"account","question":"?","recipient":"humans/a","subject":"x"}"#),
            ("drop_tables", "{}"),
        ] {
            assert!(Action::parse(operation, payload).is_err(), "{operation} {payload}");
        }
    }
}
