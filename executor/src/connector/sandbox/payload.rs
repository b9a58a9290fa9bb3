use jiff::civil::Date;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateField {
    pub object_type: String,
    pub record_id: String,
    pub field: String,
    /// What the field holds when the proposal was made; empty where it holds nothing.
    pub from: String,
    pub to: String,
}

/// What a payload asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    CreateTask(CreateTask),
    RequestInformation(RequestInformation),
    UpdateField(UpdateField),
}

/// Why a payload is not carried out. Never repeats the payload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    #[error("operation `{0}` is not one of the sandbox: use `create_task`, `request_information` or `update_field`")]
    UnknownOperation(String),
    #[error(
        "the payload is not of the shape of `{operation}` at line 1 column `{column}`: compare it with the action type's schema"
    )]
    Shape { operation: &'static str, column: usize },
}

pub(super) const CREATE_TASK: &str = "create_task";
pub(super) const REQUEST_INFORMATION: &str = "request_information";
pub(super) const UPDATE_FIELD: &str = "update_field";

impl Action {
    pub(super) fn parse(operation: &str, payload: &str) -> Result<Self, Error> {
        match operation {
            CREATE_TASK => read(CREATE_TASK, payload).map(Self::CreateTask),
            REQUEST_INFORMATION => read(REQUEST_INFORMATION, payload).map(Self::RequestInformation),
            UPDATE_FIELD => read(UPDATE_FIELD, payload).map(Self::UpdateField),
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
