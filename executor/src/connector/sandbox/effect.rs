use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::{
    payload::{Action, UpdateField},
    store,
};
use crate::connector::{Change, Done, Failed, Reference, RefusalClass};

/// Carries an action out inside the caller's transaction. A refusal has written nothing.
pub(super) async fn apply(
    connection: &mut SqliteConnection,
    action: &Action,
    now: Timestamp,
) -> Result<Result<Done, Failed>, store::Error> {
    match action {
        Action::CreateTask(task) => {
            let new = store::insert_task(connection, task, now).await?;
            let note = new.note_id.map(|id| ("note", id));
            Ok(Ok(made([("task", new.task_id)].into_iter().chain(note), now)))
        }
        Action::RequestInformation(request) => {
            let id = store::insert_request(connection, request, now).await?;
            Ok(Ok(made([("information_request", id)], now)))
        }
        Action::UpdateField(update) => update_field(connection, update, now).await,
    }
}

async fn update_field(
    connection: &mut SqliteConnection,
    update: &UpdateField,
    now: Timestamp,
) -> Result<Result<Done, Failed>, store::Error> {
    let Some(mut record) = store::read_record(connection, &update.object_type, &update.record_id).await? else {
        let message = "no such record: correct `object_type` or `record_id`";
        return Ok(Err(Failed::refused(RefusalClass::NotFound, message)));
    };
    let before = record.fields.get(&update.field).cloned();
    if before.as_deref().unwrap_or_default() != update.from {
        let message = "the field does not hold `from` any more: read the record again and propose anew";
        return Ok(Err(Failed::refused(RefusalClass::Precondition, message)));
    }
    record.fields.insert(update.field.clone(), update.to.clone());
    store::write_record(connection, &record).await?;
    Ok(Ok(Done {
        references: vec![Reference { object_type: record.object_type, id: record.id, link: None }],
        changes: vec![Change { field: update.field.clone(), before, after: update.to.clone() }],
        done_at: now,
    }))
}

fn made(rows: impl IntoIterator<Item = (&'static str, i64)>, now: Timestamp) -> Done {
    let reference = |(object_type, id): (&str, i64)| Reference {
        object_type: object_type.to_owned(),
        id: id.to_string(),
        link: None,
    };
    Done { references: rows.into_iter().map(reference).collect(), changes: Vec::new(), done_at: now }
}
