//! A transaction that stands still after its rows were written, while others commit: nobody who reads in order skips what it leaves.
// On one database alone: a file has one process.

use std::collections::BTreeSet;

use countersign_api::candidate::v1::{Candidate, StreamTriggersRequest, WatchCandidatesRequest};
use futures::future::join_all;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::tests::support::{Bench, PARENT, approve, proposal};

/// What shuts and opens the way of whoever waits at it.
struct Door(PgConnection);

impl Door {
    /// Has whoever inserts a row of `table` for which `condition` holds wait in the middle of the transaction until the door opens.
    async fn shut(bench: &Bench, table: &str, condition: &str) -> Self {
        let mut connection = bench.connection().await;
        let sql = format!(
            "CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 IF {condition} THEN PERFORM pg_advisory_xact_lock_shared(77); END IF; RETURN NEW; END $$; \
             CREATE TRIGGER dawdle AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION public.dawdle(); \
             SELECT pg_advisory_lock(77)"
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("shut");
        Self(connection)
    }

    /// Waits until somebody waits at the door.
    async fn until_somebody_is_there(&mut self) {
        self.until("locktype = 'advisory' AND objid = 77").await;
    }

    /// Waits until somebody waits for whoever is at the door, whatever it is that they want first.
    async fn until_somebody_waits_behind(&mut self) {
        self.until("(locktype <> 'advisory' OR objid <> 77)").await;
    }

    async fn until(&mut self, which: &str) {
        let question = format!(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) \
             WHERE datname = current_database() AND NOT granted AND {which}"
        );
        let waiting = || sqlx::query_scalar::<_, i64>(AssertSqlSafe(question.clone()));
        while waiting().fetch_one(&mut self.0).await.expect("told") == 0 {}
    }

    async fn open(&mut self) {
        sqlx::raw_sql("SELECT pg_advisory_unlock(77)").execute(&mut self.0).await.expect("open");
    }
}

#[tokio::test]
async fn a_watch_shows_a_decision_that_commits_long_after_those_it_was_written_before() {
    let benches = Bench::several(3, "").await;
    let mut candidates = Vec::new();
    for number in 0..8 {
        candidates.push(benches[0].propose(&format!("p{number}"), proposal(&format!("{number}"))).await);
    }
    let request = WatchCandidatesRequest { parent: PARENT.into(), resume_token: String::new() };
    let mut watch = benches[2].reviewer("humans/anna").watch_candidates(request).await.expect("a watch").into_inner();
    let (late, others) = candidates.split_first().expect("eight");
    let id = late.name.rsplit('/').next().expect("an id").replace('-', "");
    let mut door = Door::shut(&benches[0], "events", &format!("encode(NEW.candidate_id, 'hex') = '{id}'")).await;
    let approved = async |bench: &Bench, candidate: &Candidate| {
        let request = approve(candidate, &format!("approve-{}", candidate.name));
        bench.reviewer("humans/anna").approve_candidate(request).await.expect("approved");
    };
    let mut seen = BTreeSet::new();
    let meanwhile = async {
        door.until_somebody_is_there().await;
        // Each of these is written later, and recorded before.
        join_all(others.iter().map(|candidate| approved(&benches[1], candidate))).await;
        while seen.len() < candidates.len() + others.len() {
            // The process that stands still may have the turn as relay: it passes to another with time.
            let time_goes_on = async {
                loop {
                    benches[1].advance_secs(4);
                    door.until_somebody_is_there().await;
                }
            };
            let event = tokio::select! {
                event = watch.message() => event.expect("a watch").expect("an event").event.expect("an event"),
                () = time_goes_on => unreachable!("it goes on for ever"),
            };
            let event = event.event.expect("an event");
            assert!(seen.insert((event.candidate, event.revision)), "each is seen once");
        }
        door.open().await;
    };
    tokio::join!(approved(&benches[0], late), meanwhile);
    let last = watch.message().await.expect("a watch").expect("an event").event.expect("an event");
    let event = last.event.expect("an event");
    assert_eq!((event.candidate.as_str(), event.revision), (late.name.as_str(), 2), "what came late is not skipped");
    assert_eq!(last.entry_index, i64::try_from(seen.len()).expect("small"), "and nothing beside it");
}

#[tokio::test]
async fn a_stream_of_triggers_shows_one_that_commits_long_after_it_was_numbered() {
    let benches = Bench::several(3, "").await;
    benches[0].propose("first", proposal("first")).await;
    let request = StreamTriggersRequest { parent: PARENT.into(), resume_token: String::new() };
    let mut stream = benches[2].triggers().stream_triggers(request).await.expect("a stream").into_inner();
    let mut next =
        async || stream.message().await.expect("triggers").expect("more").trigger.expect("a trigger").source_id;
    let of_first = next().await;
    let mut door = Door::shut(&benches[0], "triggers", "convert_from(NEW.source_id, 'UTF8') LIKE '%late%'").await;
    let meanwhile = async {
        door.until_somebody_is_there().await;
        let quick = join_all((0..8).map(|number| {
            let bench = &benches[1];
            async move { bench.propose(&format!("p{number}"), proposal(&format!("quick-{number}"))).await }
        }));
        let mut quick = std::pin::pin!(quick);
        // Who comes later waits for the number of whoever was first.
        tokio::select! {
            _ = &mut quick => panic!("nobody gets before it"),
            () = door.until_somebody_waits_behind() => {}
        }
        door.open().await;
        quick.await;
    };
    tokio::join!(benches[0].propose("late", proposal("late")), meanwhile);
    let mut seen = vec![of_first];
    while seen.len() < 10 {
        seen.push(next().await);
    }
    assert!(seen[1].contains("late"), "it was numbered before the others: {seen:?}");
    let distinct: BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), 10, "each is seen once: {seen:?}");
}
