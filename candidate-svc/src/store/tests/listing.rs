//! What lists search by follows the candidate, also in rows from before it was stored.
// On one database alone: the first of them is about a migration that the other schema does not have.

use sqlx::Row;

use super::shelf::Shelf;
use crate::{
    domain::{
        Moment, Propose, RiskTier,
        tests::{
            cast::{ANNA, BEN, RULES, actor},
            story::{DAY_SECS, Story},
        },
    },
    listing::{
        filter,
        order::{NEVER_DUE_US, rank_of},
    },
};

/// The migration's own words for what it reads out of a snapshot, as an expression over the table as it is now.
fn backfill() -> String {
    let migration = include_str!("../../../migrations/0002_listing.sql");
    let read = migration.split("WITH read AS (").nth(1).expect("it reads").split(")\nINSERT").next().expect("it reads");
    let turn =
        migration.split("state, owner,\n").nth(1).expect("a turn").split("    action_type,").next().expect("one");
    let times = migration.split("read apart: together they would be rounded.\n").nth(1).expect("times");
    let times = times.split("    deadline_us, approving").next().expect("times").trim().trim_end_matches(',');
    format!(
        "WITH read AS ({read}) SELECT turn, due_at_us, expires_at_us, {}, {times} FROM read ORDER BY id",
        turn.trim().trim_end_matches(',')
    )
}

#[tokio::test]
async fn older_rows_get_what_their_snapshots_say() {
    let shelf = Shelf::open().await;
    let mut story = Story::new();
    let propose = |story: &mut Story, number: u128, change: &dyn Fn(&mut Propose)| {
        let mut propose = story.proposal();
        propose.name.id = uuid::Uuid::from_u128(number);
        change(&mut propose);
        propose
    };
    let due = story.now.plus_secs(DAY_SECS);
    let due = Moment::from(due.timestamp() + jiff::SignedDuration::from_micros(999_999));
    let proposals = [
        propose(&mut story, 1, &|_| {}),
        propose(&mut story, 2, &|it| it.owner = None),
        propose(&mut story, 3, &|it| it.proposal.due_at = Some(due)),
        propose(&mut story, 4, &|it| it.risk_tier = Some(RiskTier::High)),
        propose(&mut story, 5, &|it| it.proposal.due_at = Some(story_start())),
    ];
    for propose in proposals {
        let id = format!("p{}", propose.name.id);
        shelf.propose(&actor(RULES), &id, propose).await.expect("a candidate");
    }
    // One approved, one rejected, one that its owner edited and may not approve.
    let mut touch = async |number: u128, who: &str, command: &dyn Fn(&mut Story) -> crate::domain::Command| {
        let mut name = story.proposal().name;
        name.id = uuid::Uuid::from_u128(number);
        story.candidate = Some(shelf.candidate(&name).await);
        let command = command(&mut story);
        shelf.command(&actor(who), &format!("c{number}{who}"), &name, command).await.expect("done");
    };
    touch(1, BEN, &|story| story.approve()).await;
    touch(3, ANNA, &|story| story.edit_due("2026-12-02")).await;
    touch(5, BEN, &|story| story.reject()).await;

    let mut outsider = shelf.outsider().await;
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(backfill())).fetch_all(&mut outsider).await.expect("the migration's SQL");
    let mut turns = Vec::new();
    for row in &rows {
        let stored: (String, i64, i64) = (row.get(0), row.get(1), row.get(2));
        assert_eq!(stored, (row.get(3), row.get(4), row.get(5)));
        turns.push(stored.0);
    }
    assert_eq!(turns, ["services/executors", "roles/manager", "roles/reviewer", "humans/anna", ""]);
    assert_eq!(rows.iter().filter(|row| row.get::<i64, _>(1) == NEVER_DUE_US).count(), 3);
}

fn story_start() -> Moment {
    Story::new().now
}

#[tokio::test]
async fn a_change_moves_the_turn_that_lists_search_by() {
    let shelf = Shelf::open().await;
    let mut story = Story::new();
    let proposal = story.proposal();
    let (workspace, name) = (proposal.name.workspace.clone(), proposal.name.clone());
    shelf.propose(&actor(RULES), "p", proposal).await.expect("a candidate");
    let found = async |turn: &str| {
        let condition = filter::parse(&format!("turn = \"{turn}\""), story_start()).expect("a filter");
        shelf.store.read().count(&workspace, &condition, &[]).await.expect("a count").total
    };
    assert_eq!((found("humans/anna").await, found("services/executors").await), (1, 0));
    story.candidate = Some(shelf.candidate(&name).await);
    shelf.command(&actor(BEN), "a", &name, story.approve()).await.expect("approved");
    assert_eq!((found("humans/anna").await, found("services/executors").await), (0, 1));
    assert_eq!([RiskTier::Low, RiskTier::ApprovalRequired, RiskTier::High].map(rank_of), [1, 2, 3]);
}
