//! What somebody else does to the file: it is noticed, named, and not built upon.
// On one database alone: the damage is done to a file, and `damage_on_postgres.rs` does it to rows of a server.

use service_kit::group_commit::SubmitError;

use super::shelf::Shelf;
use crate::{
    domain::tests::{
        cast::{ANNA, RULES, actor},
        story::Story,
    },
    store::{Denial, Error, WriteError},
};

/// A shelf with one proposed candidate, and the story that goes with it.
async fn proposed() -> (Shelf, Story) {
    let shelf = Shelf::open().await;
    let mut story = Story::new();
    let changed = shelf.propose(&actor(RULES), "p", story.proposal()).await.expect("a candidate");
    story.candidate = Some((*changed.candidate).clone());
    (shelf, story)
}

#[tokio::test]
async fn a_payload_changed_in_its_row_is_not_decided_on() {
    let (shelf, story) = proposed().await;
    let mut outsider = shelf.outsider().await;
    let altered = sqlx::query("UPDATE candidates SET snapshot = replace(snapshot, '2026-11-30', '2026-11-29')")
        .execute(&mut outsider)
        .await
        .expect("altered");
    assert_eq!(altered.rows_affected(), 1);

    let name = story.it().name.clone();
    let read = shelf.store.read().candidate(&name).await.expect_err("it is damaged");
    let Error::Corrupt(row) = read else { panic!("{read}") };
    assert_eq!((row.table, row.column, row.row), ("candidates", "snapshot", name.to_string()));
    let refused = shelf.command(&actor(ANNA), "d", &name, story.approve()).await.expect_err("it is damaged");
    assert!(matches!(refused, WriteError::Denied(Denial::Corrupt(_))), "{refused}");

    // Others go on.
    let other = crate::domain::Propose {
        name: countersign_api::name::CandidateName { id: uuid::Uuid::from_u128(99), ..name },
        ..story.proposal()
    };
    shelf.propose(&actor(RULES), "p2", other).await.expect("another candidate");
}

#[tokio::test]
async fn a_row_changed_behind_the_writer_stops_it() {
    let (shelf, story) = proposed().await;
    let mut outsider = shelf.outsider().await;
    // The row says 5, its snapshot says 1: an update of revision 1 meets no row.
    sqlx::query("UPDATE candidates SET revision = 5").execute(&mut outsider).await.expect("altered");
    let name = story.it().name.clone();
    let stopped = shelf.command(&actor(ANNA), "d", &name, story.approve()).await.expect_err("C-3");
    assert!(matches!(stopped, WriteError::NotTaken(SubmitError::Failed)), "{stopped}");
    assert_eq!(shelf.store.read().candidate_with_history(&name).await.expect("readable").expect("there").1.len(), 1);
}

#[tokio::test]
async fn a_failed_commit_stops_writes_and_keeps_reads() {
    let (shelf, story) = proposed().await;
    let mut outsider = shelf.outsider().await;
    sqlx::query("DROP TABLE requests").execute(&mut outsider).await.expect("dropped");
    let name = story.it().name.clone();
    for id in ["d", "d2"] {
        let stopped = shelf.command(&actor(ANNA), id, &name, story.approve()).await.expect_err("no table");
        assert!(matches!(stopped, WriteError::NotTaken(SubmitError::Failed)), "{stopped}");
    }
    assert_eq!(shelf.candidate(&name).await, *story.it(), "nothing was half written");
    assert!(shelf.health.faults().contains_key("candidates"));
}
