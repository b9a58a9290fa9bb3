//! Which index serves which list: no scan of the table, no sort, but for what is rare.

use countersign_api::name::Workspace;
use sqlx::Connection;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{
    arms::Stretch,
    count, lens,
    path::{self, Path},
};
use crate::{
    domain::Moment,
    listing::{
        condition::TextField,
        page::{Listing, Place},
    },
    store::sqlite::MIGRATIONS,
};

/// An empty database with the schema.
async fn schema() -> SqliteConnection {
    let options = SqliteConnectOptions::new().in_memory(true);
    let mut connection = SqliteConnection::connect_with(&options).await.expect("it opens");
    MIGRATIONS.run(&mut connection).await.expect("a schema");
    connection
}

fn listing(filter: &str, order_by: &str) -> Listing {
    Listing::parse(filter, order_by, Moment::from(jiff::Timestamp::UNIX_EPOCH)).expect(filter)
}

/// How the database would find the list's pages, the first and those behind a place, when nothing is rare or when everything is.
async fn plans(connection: &mut SqliteConnection, listing: &Listing, rare: bool) -> Vec<String> {
    let workspace = Workspace::new("demo").expect("an id");
    let lenses = lens::lenses(&listing.condition);
    let path = match lenses.first() {
        Some(lens) if rare && !(path::is_indexed(listing.order_by) && lens.is_exact()) => Path::Sorted(lens),
        Some(lens) if rare => Path::InOrder(Some(lens)),
        _ => Path::InOrder(path::along(listing, &lenses)),
    };
    let place = Place { tier: None, at_us: 7, id: uuid::Uuid::nil() };
    let mut plans = Vec::new();
    for after in [None, Some(&place)] {
        for (tiers, _) in listing.stretches(None) {
            let stretch = Stretch { workspace: &workspace, listing, path: &path, tiers: &tiers, after, limit: 51 };
            let statement = stretch.statement().expect("something can be found");
            let sql = format!("EXPLAIN QUERY PLAN {}", statement.into_string());
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *connection).await.expect("a plan");
            plans.extend(rows.iter().map(|row| row.get::<String, _>("detail")));
        }
    }
    plans
}

#[tokio::test]
async fn the_usual_lists_follow_an_index_in_order() {
    let mut connection = schema().await;
    for (filter, order_by, index) in [
        ("", "create_time desc", "by_risk (workspace=? AND risk_rank=?)"),
        ("", "risk desc", "by_risk (workspace=? AND risk_rank=?)"),
        ("risk = HIGH", "create_time", "by_risk (workspace=? AND risk_rank=?)"),
        ("state = PROPOSED", "create_time desc", "by_state (workspace=? AND state=? AND risk_rank=?)"),
        ("state = PROPOSED OR state = EDITED", "create_time", "by_state (workspace=? AND state=? AND risk_rank=?)"),
        ("state = PROPOSED AND risk = HIGH", "risk desc", "by_state (workspace=? AND state=? AND risk_rank=?)"),
        ("turn = humans/ben", "create_time", "by_turn (workspace=? AND turn=? AND risk_rank=?)"),
        ("turn = humans/ben OR turn = roles/manager", "risk desc", "by_turn (workspace=? AND turn=? AND risk_rank=?)"),
        ("owner = humans/ben", "create_time desc", "by_owner (workspace=? AND owner=? AND risk_rank=?)"),
        ("owner = humans/ben AND NOT state = HELD", "risk", "by_owner (workspace=? AND owner=? AND risk_rank=?)"),
        ("action_type = create_task", "create_time", "by_action_type (workspace=? AND action_type=? AND risk_rank=?)"),
        ("record = crm/deal/7", "create_time", "by_record (workspace=? AND record=? AND risk_rank=?)"),
        ("record = \"crm/*\"", "create_time", "by_risk (workspace=? AND risk_rank=?)"),
        ("state = PROPOSED", "update_time desc", "by_update_time (workspace=?)"),
        ("state = PROPOSED", "due_time", "by_due_time (workspace=?)"),
        ("age > 2d", "create_time", "by_risk (workspace=? AND risk_rank=?"),
        ("proposer = generators/x", "create_time desc", "by_proposer (workspace=? AND proposer=? AND risk_rank=?)"),
        ("confidence = LOW", "risk desc", "by_confidence (workspace=? AND confidence=? AND risk_rank=?)"),
        (
            "due_time < \"2026-11-22T10:00:00Z\"",
            "create_time",
            "COVERING INDEX candidates_by_risk (workspace=? AND risk_rank=?)",
        ),
        ("due_time < \"2026-11-22T10:00:00Z\"", "due_time", "by_due_time (workspace=? AND "),
    ] {
        let plans = plans(&mut connection, &listing(filter, order_by), false).await;
        let searches: Vec<&String> = plans.iter().filter(|plan| plan.contains("candidates")).collect();
        assert!(!searches.is_empty());
        for search in &searches {
            assert!(search.starts_with("SEARCH candidates USING"), "`{filter}` by `{order_by}`: {search}");
            let wanted = index.trim_end_matches(')');
            assert!(search.contains(wanted), "`{filter}` by `{order_by}`: {search}");
        }
        assert!(plans.iter().all(|plan| !plan.contains("TEMP B-TREE")), "`{filter}` by `{order_by}`: {plans:?}");
    }
}

#[tokio::test]
async fn what_narrows_a_turn_or_an_owner_stands_in_their_index() {
    let mut connection = schema().await;
    for (whose, index) in [("turn", "candidates_by_turn"), ("owner", "candidates_by_owner")] {
        for narrower in [
            "state = PROPOSED",
            "risk = HIGH",
            "confidence = LOW AND NOT proposer = generators/x",
            "action_type = x AND state = PROPOSED",
            "age > 2d AND due_time < \"2026-11-22T10:00:00Z\"",
            "update_time > \"2026-11-22T10:00:00Z\" AND expire_time < \"2026-12-22T10:00:00Z\"",
            "NOT owner = humans/anna AND NOT turn = humans/anna",
        ] {
            let filter = format!("{whose} = humans/ben AND {narrower}");
            for order_by in ["create_time", "risk desc"] {
                let plans = plans(&mut connection, &listing(&filter, order_by), false).await;
                let mut searches = plans.iter().filter(|plan| plan.starts_with("SEARCH candidates")).peekable();
                assert!(searches.peek().is_some(), "`{filter}`: {plans:?}");
                let is_covered = |plan: &String| plan.contains(&format!("COVERING INDEX {index} "));
                assert!(searches.all(is_covered), "`{filter}` by `{order_by}`: {plans:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_no_one_index_narrows_is_looked_for_without_reading_a_row() {
    let mut connection = schema().await;
    for (filter, order_by, index) in [
        ("NOT turn = humans/a AND NOT record = \"crm/*\"", "create_time", "candidates_by_risk"),
        ("proposer != generators/x", "risk desc", "candidates_by_risk"),
        ("action_type = x AND confidence = HIGH", "create_time", "candidates_by_risk"),
        ("action_type = x AND state = NEEDS_OWNER", "create_time desc", "candidates_by_state"),
        ("proposer = generators/x AND record = \"crm/*\"", "create_time", "candidates_by_risk"),
        ("confidence = MEDIUM AND turn = humans/a AND action_type = x", "due_time", "candidates_by_due_time"),
        ("proposer != generators/x AND confidence = HIGH", "update_time desc", "candidates_by_update_time"),
    ] {
        let plans = plans(&mut connection, &listing(filter, order_by), false).await;
        let mut searches = plans.iter().filter(|plan| plan.contains(" candidates ")).peekable();
        assert!(searches.peek().is_some(), "`{filter}`: {plans:?}");
        let wanted = format!("SEARCH candidates USING COVERING INDEX {index} ");
        assert!(searches.all(|plan| plan.starts_with(&wanted)), "`{filter}` by `{order_by}`: {plans:?}");
        assert!(plans.iter().all(|plan| !plan.contains("TEMP B-TREE")), "`{filter}` by `{order_by}`: {plans:?}");
    }
}

#[tokio::test]
async fn one_or_the_other_is_found_by_an_index_each_and_once() {
    let mut connection = schema().await;
    let plans = plans(&mut connection, &listing("turn = humans/a OR owner = humans/a", "create_time"), false).await;
    for index in ["candidates_by_turn (workspace=? AND turn=?", "candidates_by_owner (workspace=? AND owner=?"] {
        let wanted = format!("SEARCH candidates USING COVERING INDEX {index}");
        assert!(plans.iter().any(|plan| plan.starts_with(&wanted)), "{plans:?}");
    }
    assert!(plans.iter().any(|plan| plan == "MERGE (UNION)"), "a candidate that is both comes once: {plans:?}");
    assert!(plans.iter().all(|plan| !plan.contains("TEMP B-TREE")), "{plans:?}");
}

#[tokio::test]
async fn behind_a_place_the_index_begins_there() {
    let mut connection = schema().await;
    for (order_by, bound) in [
        ("create_time", "(created_at_us,id)>(?,?)"),
        ("create_time desc", "(created_at_us,id)<(?,?)"),
        ("update_time desc", "(updated_at_us,id)<(?,?)"),
        ("due_time", "(due_at_us,id)>(?,?)"),
    ] {
        let plans = plans(&mut connection, &listing("", order_by), false).await;
        assert!(plans.iter().any(|plan| plan.contains(bound)), "{order_by}: {plans:?}");
    }
}

#[tokio::test]
async fn what_is_rare_is_found_by_its_index_and_sorted() {
    let mut connection = schema().await;
    for (filter, order_by, index) in [
        ("record = \"crm/deal/7*\"", "create_time desc", "by_record (workspace=? AND record>? AND record<?"),
        ("turn = humans/ben", "update_time", "by_turn (workspace=? AND turn=?"),
        ("state = FAILED", "due_time", "by_state (workspace=? AND state=?"),
        ("due_time < \"2026-11-22T10:00:00Z\"", "create_time desc", "by_due_time (workspace=? AND due_at_us<?"),
        ("expire_time > \"2026-11-22T10:00:00Z\"", "create_time", "by_expire_time (workspace=? AND expires_at_us>?"),
    ] {
        let plans = plans(&mut connection, &listing(filter, order_by), true).await;
        let found =
            plans.iter().filter(|plan| plan.starts_with("SEARCH candidates USING")).all(|plan| plan.contains(index));
        assert!(found && plans.iter().any(|plan| plan.contains("TEMP B-TREE")), "`{filter}`: {plans:?}");
    }
}

#[tokio::test]
async fn looking_whether_something_is_rare_touches_the_index_alone() {
    let mut connection = schema().await;
    let workspace = Workspace::new("demo").expect("an id");
    for filter in [
        "record = \"crm/*\"",
        "turn = humans/ben",
        "owner = humans/ben",
        "proposer = generators/x",
        "confidence = LOW",
        "action_type = x",
        "state = HELD",
        "due_time < \"2026-11-22T10:00:00Z\"",
        "expire_time >= \"2026-11-22T10:00:00Z\"",
        "update_time = \"2026-11-22T10:00:00Z\"",
    ] {
        let listing = listing(filter, "");
        for lens in lens::lenses(&listing.condition) {
            let index = lens.index().expect("one field, one index");
            let sql = format!("EXPLAIN QUERY PLAN {}", path::common_query(&workspace, &lens).into_string());
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("a plan");
            let plans: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
            assert!(plans.iter().any(|plan| plan.contains(&format!("COVERING INDEX {index}"))), "{plans:?}");
        }
    }
}

#[test]
fn a_condition_is_served_by_every_field_that_it_fixes() {
    let fields = |filter: &str| -> Vec<String> {
        let listing = listing(filter, "");
        let of_lens = |lens: &lens::Lens<'_>| -> String {
            let mut indexes: Vec<&str> = lens.looks.iter().map(|look| look.index()).collect();
            indexes.dedup();
            indexes.join("+").replace("candidates_by_", "")
        };
        lens::lenses(&listing.condition).iter().map(of_lens).collect()
    };
    for (filter, expected) in [
        ("", ""),
        ("state = HELD", "state"),
        ("state = HELD AND owner = humans/a", "owner state"),
        ("(state = HELD owner = humans/a) OR state = EDITED", "state owner+state"),
        ("state = HELD OR owner = humans/a", "state+owner"),
        ("(turn = humans/a OR owner = humans/a) AND confidence = LOW", "confidence turn+owner"),
        ("state = HELD OR (owner = humans/a AND confidence = LOW)", "state+owner"),
        ("state = HELD OR risk = HIGH", ""),
        ("state = HELD OR NOT owner = humans/a", ""),
        ("NOT state = HELD", "state"),
        ("state != HELD", "state"),
        ("NOT (proposer = generators/x AND state != HELD)", ""),
        ("NOT (proposer != generators/x OR state != HELD)", "state proposer"),
        ("owner != humans/a", ""),
        ("turn = \"\"", "turn"),
        ("turn = \"humans/*\"", "turn"),
        ("record = \"crm/*\" OR record = erp/order/7", ""),
        ("confidence = HIGH AND proposer = generators/rules", "proposer confidence"),
        ("(state = HELD OR state = EDITED) AND state != HELD", "state"),
        ("due_time < \"2026-11-22T10:00:00Z\" AND expire_time > \"2026-11-22T10:00:00Z\"", "due_time expire_time"),
        ("due_time != \"2026-11-22T10:00:00Z\" OR update_time > \"2026-11-22T10:00:00Z\"", ""),
    ] {
        assert_eq!(fields(filter).join(" "), expected, "{filter}");
    }
    let tiers = |filter: &str| listing(filter, "").condition.tiers().len();
    assert_eq!((tiers(""), tiers("risk = HIGH OR risk = LOW"), tiers("NOT risk = HIGH")), (3, 2, 2));
    assert_eq!((tiers("risk = \"H*\""), tiers("risk = \"X*\"")), (1, 0));
}

#[tokio::test]
async fn counts_follow_an_index_too() {
    let mut connection = schema().await;
    let workspace = Workspace::new("demo").expect("an id");
    for (filter, field, index) in [
        ("turn = humans/a", TextField::Risk, "INDEX candidates_by_turn (workspace=? AND turn=?)"),
        (
            "turn = humans/a OR turn = roles/manager",
            TextField::State,
            "INDEX candidates_by_turn (workspace=? AND turn=?)",
        ),
        ("record = \"crm/*\"", TextField::State, "INDEX candidates_by_record (workspace=? AND record>? AND record<?)"),
    ] {
        let listing = listing(filter, "");
        let lenses = lens::lenses(&listing.condition);
        let query = count::facet_query(&workspace, &listing.condition, lenses.first(), field);
        let sql = format!("EXPLAIN QUERY PLAN {}", query.into_string());
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("a plan");
        let plans: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        assert!(plans.iter().any(|plan| plan.contains(index)), "`{filter}` by {field:?}: {plans:?}");
    }
}

#[tokio::test]
async fn counting_many_reads_the_one_index_and_no_row() {
    let mut connection = schema().await;
    let workspace = Workspace::new("demo").expect("an id");
    let facets = [
        TextField::State,
        TextField::Owner,
        TextField::Turn,
        TextField::ActionType,
        TextField::Risk,
        TextField::Confidence,
        TextField::Proposer,
    ];
    for filter in [
        "",
        "state = PROPOSED",
        "turn = humans/a AND confidence = HIGH",
        "record = \"crm/*\" AND proposer = generators/rules",
        "age > 2d AND due_time < \"2026-11-22T10:00:00Z\"",
        "update_time > \"2026-11-22T10:00:00Z\" AND expire_time < \"2026-12-22T10:00:00Z\"",
    ] {
        let condition = listing(filter, "").condition;
        for field in facets {
            let query = count::facet_query(&workspace, &condition, None, field);
            let sql = format!("EXPLAIN QUERY PLAN {}", query.into_string());
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("a plan");
            let plans: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
            let index = "SEARCH candidates USING COVERING INDEX candidates_by_state (workspace=?";
            assert!(plans.iter().any(|plan| plan.contains(index)), "`{filter}` by {field:?}: {plans:?}");
        }
    }
}
