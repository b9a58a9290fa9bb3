use countersign_api::name::Workspace;
use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::{
    payload::{Action, AddNote, AssignOwner, UpdateField},
    store,
};
use crate::connector::{Change, Done, Failed, Reference, RefusalClass};

/// The field of a record that names its owner.
const OWNER_FIELD: &str = "owner";

/// A record's field, from the value that was seen to another.
struct NewValue<'a> {
    object_type: &'a str,
    record_id: &'a str,
    field: &'a str,
    /// Empty where the field held nothing.
    from: &'a str,
    to: &'a str,
}

/// Carries an action out inside the caller's transaction. A refusal has written nothing.
pub(super) async fn apply(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    action: &Action,
    now: Timestamp,
) -> Result<Result<Done, Failed>, store::Error> {
    match action {
        Action::CreateTask(task) => {
            let new = store::insert_task(connection, workspace, task, now).await?;
            let note = new.note_id.map(|id| ("note", id));
            Ok(Ok(made([("task", new.task_id)].into_iter().chain(note), now)))
        }
        Action::RequestInformation(request) => {
            let id = store::insert_request(connection, workspace, request, now).await?;
            Ok(Ok(made([("information_request", id)], now)))
        }
        Action::DraftReply(draft) => {
            let id = store::insert_draft(connection, workspace, draft, now).await?;
            Ok(Ok(made([("draft", id)], now)))
        }
        Action::AddNote(note) => add_note(connection, workspace, note, now).await,
        Action::UpdateField(update) => change_field(connection, workspace, update.into(), now).await,
        Action::AssignOwner(assignment) => change_field(connection, workspace, assignment.into(), now).await,
    }
}

async fn add_note(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    note: &AddNote,
    now: Timestamp,
) -> Result<Result<Done, Failed>, store::Error> {
    if store::read_record(connection, workspace, &note.object_type, &note.record_id).await?.is_none() {
        return Ok(Err(no_such_record()));
    }
    let id = store::insert_note_on_record(connection, workspace, note, now).await?;
    Ok(Ok(made([("note", id)], now)))
}

async fn change_field(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    new: NewValue<'_>,
    now: Timestamp,
) -> Result<Result<Done, Failed>, store::Error> {
    let Some(mut record) = store::read_record(connection, workspace, new.object_type, new.record_id).await? else {
        return Ok(Err(no_such_record()));
    };
    let before = record.fields.get(new.field).cloned();
    if before.as_deref() == Some(new.to) {
        // Done before, under another approval: nothing is left to change, and nothing is said to have changed.
        let references = vec![Reference { object_type: record.object_type, id: record.id, link: None }];
        return Ok(Ok(Done { references, changes: Vec::new(), done_at: now }));
    }
    if before.as_deref().unwrap_or_default() != new.from {
        let message = "the record does not hold `from` any more: read it again and propose anew";
        return Ok(Err(Failed::refused(RefusalClass::Precondition, message)));
    }
    record.fields.insert(new.field.to_owned(), new.to.to_owned());
    store::write_record(connection, workspace, &record).await?;
    Ok(Ok(Done {
        references: vec![Reference { object_type: record.object_type, id: record.id, link: None }],
        changes: vec![Change { field: new.field.to_owned(), before, after: new.to.to_owned() }],
        done_at: now,
    }))
}

impl<'a> From<&'a UpdateField> for NewValue<'a> {
    fn from(update: &'a UpdateField) -> Self {
        let UpdateField { object_type, record_id, field, from, to } = update;
        Self { object_type, record_id, field, from, to }
    }
}

impl<'a> From<&'a AssignOwner> for NewValue<'a> {
    fn from(assignment: &'a AssignOwner) -> Self {
        let AssignOwner { object_type, record_id, from, to } = assignment;
        Self { object_type, record_id, field: OWNER_FIELD, from, to }
    }
}

fn no_such_record() -> Failed {
    Failed::refused(RefusalClass::NotFound, "no such record: correct `object_type` or `record_id`")
}

fn made(rows: impl IntoIterator<Item = (&'static str, i64)>, now: Timestamp) -> Done {
    let reference = |(object_type, id): (&str, i64)| Reference {
        object_type: object_type.to_owned(),
        id: id.to_string(),
        link: None,
    };
    Done { references: rows.into_iter().map(reference).collect(), changes: Vec::new(), done_at: now }
}
