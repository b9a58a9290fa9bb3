//! PostgreSQL that can not do what it did a moment ago: its disk is full, somebody holds what is waited for, it has become a standby. Nothing
//! that was answered is lost, the process says what is wrong and what mends it, and goes on by itself once it is mended.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use countersign_api::candidate::v1::{GetCandidateRequest, ListCandidatesRequest};
use service_kit::database::PostgresUrl;
use sqlx::PgConnection;
use tonic::Code;

use system_tests::harness::script::{PARENT, Script, Step, Told};
use system_tests::harness::{Caller, Installation, Server, Tokens, Urls, get, leaves};
use throwaway_postgres::{Cluster, Database, Setup, SmallDisk};

/// How long health may take to tell.
const TOLD_MAX: Duration = Duration::from_mins(1);

/// The number of the first command beside those of the script.
const FIRST: usize = 10_000;

/// A process on databases that fail, and what it was told to do.
struct Bench {
    installation: Installation,
    server: Server,
    caller: Caller,
    script: Script,
}

impl Bench {
    /// Serves candidates and ledger of one database, and runs the script.
    async fn start(url: &str, content_keys: &Database) -> Self {
        let urls =
            Urls { candidates: url.to_owned(), ledger: url.to_owned(), content_keys: content_keys.url().to_owned() };
        let installation = Installation::on(urls);
        let server = Server::start(&installation);
        let caller = Caller::connect(server.address(), &Tokens::of(&installation)).await;
        let mut bench = Self { installation, server, caller, script: Script::default() };
        bench.run_script().await;
        bench
    }

    /// Runs the script, or runs it again: everybody is told the same.
    async fn run_script(&mut self) {
        let refused = self.script.run(&self.caller).await;
        assert!(refused.is_empty(), "{refused:?}");
    }

    /// Gives one command more, and waits for its answer.
    async fn tell(&mut self, step: Step) {
        let told = self.script.ask(&self.caller, step).await.expect("it can be asked").expect("it is answered");
        let before = self.script.told.insert(step, told.clone());
        assert!(before.is_none_or(|before| before == told), "C-6: {step:?}");
    }

    /// Waits until health says all of this in one line.
    async fn until_health_says(&self, texts: &[&str]) {
        let began = Instant::now();
        loop {
            let admin = self.server.admin().to_owned();
            let told = tokio::task::spawn_blocking(move || get(&admin, "/healthz")).await.expect("it answers");
            if told.lines().any(|line| texts.iter().all(|text| line.contains(text))) {
                return;
            }
            assert!(began.elapsed() < TOLD_MAX, "health never says {texts:?}: {told}");
        }
    }

    /// Asserts that everything that was told stands, that it is told again, and that the process is as well as ever.
    async fn all_is_well(mut self) {
        self.until_health_says(&["serving"]).await;
        self.run_script().await;
        let (status, stderr) = self.server.terminate();
        assert!(status.success(), "{stderr}");
        self.installation.run(&["ledger", "verify"]).expect(0, &[]);
        self.script.assert_recorded(&leaves(&self.installation, "demo").await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_takes_nothing_back_and_writing_goes_on_once_there_is_room() {
    let disk = SmallDisk::of_bytes(64 << 20);
    let (cluster, content_keys) = (Cluster::start(&Setup::default()), Database::on_second_server());
    cluster.execute("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", disk.path().display()));
    cluster.execute("postgres", "CREATE DATABASE service TEMPLATE template0 ENCODING UTF8 TABLESPACE small");
    let mut bench = Bench::start(&cluster.url("service"), &content_keys).await;
    disk.fill();
    // Proposals and entries go on as long as they fit into pages that are there, then wait.
    let (mut next, mut waiting) = (FIRST, Vec::new());
    for kind in [Step::Propose as fn(usize) -> Step, Step::Append] {
        let part = if matches!(kind(0), Step::Append(_)) { "ledger database" } else { "candidates" };
        let Bench { caller, script, .. } = &bench;
        let mut told = Vec::new();
        let telling = async {
            loop {
                let step = kind(next);
                let answer = script.ask(caller, step).await.expect("it can be asked").expect("it is answered");
                told.push((step, answer));
                next += 1;
            }
        };
        let said = [part, "/service`", "No space left on device", "free space on the server's disk", "asks again"];
        tokio::select! {
            () = telling => unreachable!("it waits in the end"),
            () = bench.until_health_says(&said) => {}
        }
        bench.script.told.extend(told);
        waiting.push(kind(next));
        next += 1;
    }
    // What is there is read all the same.
    let proposed = bench.script.told.values().find_map(|told| match told {
        Told::Proposed { name, .. } => Some(name.clone()),
        Told::Receipt { .. } | Told::Decided { .. } => None,
    });
    let request = GetCandidateRequest { name: proposed.expect("one was proposed"), include_history: true };
    bench.caller.reviews().get_candidate(bench.caller.as_reviewer(request)).await.expect("it is read");

    disk.make_room();
    // What nobody was answered, and what was never asked before.
    waiting.extend([Step::Append(next), Step::Propose(next), Step::Decide(next)]);
    for step in waiting {
        bench.tell(step).await;
    }
    println!("{} commands were answered before the disk was full and after", bench.script.told.len());
    bench.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_a_lock_or_is_cancelled_is_answered_once_the_way_is_free() {
    let (database, content_keys) = (Database::new(), Database::on_second_server());
    let mut bench = Bench::start(database.url(), &content_keys).await;
    // Whoever writes an event or an entry goes through a door that somebody holds shut.
    database.execute(
        "CREATE TABLE public.patience (lock_timeout TEXT); INSERT INTO public.patience VALUES ('100ms'); \
         CREATE FUNCTION public.pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             PERFORM set_config('lock_timeout', lock_timeout, true) FROM public.patience; \
             PERFORM pg_advisory_xact_lock_shared(77); RETURN NULL; END $$; \
         CREATE TRIGGER pass AFTER INSERT ON countersign_candidates.events EXECUTE FUNCTION public.pass(); \
         CREATE TRIGGER pass AFTER INSERT ON countersign_ledger.entries EXECUTE FUNCTION public.pass()",
    );
    let (mut door, mut canceller) = (door(&database).await, door(&database).await);
    for (number, timeout, said) in [(FIRST, "100ms", "due to lock timeout"), (FIRST + 1, "0", "due to user request")] {
        database.execute(&format!("UPDATE public.patience SET lock_timeout = '{timeout}'"));
        sqlx::query("SELECT pg_advisory_lock(77)").execute(&mut door).await.expect("shut");
        let steps = [("candidates", Step::Propose(number)), ("ledger database", Step::Append(number))];
        for (part, step) in steps {
            let said = [part, "canceling statement", said, "pg_stat_activity", "asks again"];
            tokio::select! {
                answer = bench.script.ask(&bench.caller, step) => panic!("nothing is answered before it stands: {answer:?}"),
                () = cancel_for_ever(&mut canceller), if timeout == "0" => {}
                () = bench.until_health_says(&said) => {}
            }
        }
        sqlx::query("SELECT pg_advisory_unlock(77)").execute(&mut door).await.expect("open");
        for (_, step) in steps {
            bench.tell(step).await;
        }
    }
    // Whoever verifies the ledger would find somebody's trigger in it.
    database.execute("DROP FUNCTION public.pass() CASCADE");
    bench.all_is_well().await;
}

/// Cancels the statement of whoever waits at the door, again and again.
async fn cancel_for_ever(connection: &mut PgConnection) {
    loop {
        sqlx::raw_sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'")
            .execute(&mut *connection)
            .await
            .expect("asked");
    }
}

/// Returns the connection of somebody who has nothing to do with the services.
async fn door(database: &Database) -> PgConnection {
    PostgresUrl::parse(database.url()).expect("a URL").connect_to_read("public").await.expect("it connects")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_ends_at_its_deadline_whoever_holds_the_table() {
    let (database, content_keys) = (Database::new(), Database::on_second_server());
    let bench = Bench::start(database.url(), &content_keys).await;
    let mut holder = door(&database).await;
    let list = || {
        let mut request =
            bench.caller.as_reviewer(ListCandidatesRequest { parent: PARENT.to_owned(), ..Default::default() });
        request.set_timeout(Duration::from_secs(3));
        request
    };
    sqlx::raw_sql("BEGIN READ WRITE; LOCK TABLE countersign_candidates.candidates IN ACCESS EXCLUSIVE MODE")
        .execute(&mut holder)
        .await
        .expect("held");
    let mut onlooker = door(&database).await;
    let mut reviews = bench.caller.reviews();
    let (late, ()) = tokio::join!(reviews.list_candidates(list()), until_lists_wait(&mut onlooker, 1));
    let late = late.expect_err("nobody reads it");
    assert!(matches!(late.code(), Code::DeadlineExceeded | Code::Cancelled), "whose clock is first: {late:?}");
    // The database gives up with the caller, though the table is held on.
    until_lists_wait(&mut onlooker, 0).await;
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.expect("given back");
    reviews.list_candidates(list()).await.expect("it is read");
    bench.all_is_well().await;
}

/// Waits until so many statements of lists wait for the table.
async fn until_lists_wait(connection: &mut PgConnection, count: i64) {
    let question = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'relation' \
                    AND query LIKE '%ORDER BY created_at_us%'";
    let began = Instant::now();
    while sqlx::query_scalar::<_, i64>(question).fetch_one(&mut *connection).await.expect("told") != count {
        assert!(began.elapsed() < Duration::from_secs(6), "never {count} of them");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_is_waited_for_and_nothing_that_was_answered_is_lost() {
    let content_keys = Database::on_second_server();
    let primary = Cluster::start(&Setup::default());
    let standby = primary.standby();
    // The one address that follows the primary.
    let name = tempfile::tempdir().expect("a folder");
    let lead_to = |cluster: &Cluster| {
        let socket = Path::new(".s.PGSQL.5432");
        let next = name.path().join("next");
        symlink(cluster.socket_folder().join(socket), &next).expect("made");
        std::fs::rename(next, name.path().join(socket)).expect("it takes the name");
    };
    lead_to(&primary);
    let url = format!("postgres://countersign@{}/postgres", name.path().display().to_string().replace('/', "%2F"));
    let mut bench = Bench::start(&url, &content_keys).await;
    primary.stop();
    lead_to(&standby);
    let steps = [("candidates", Step::Propose(FIRST)), ("ledger database", Step::Append(FIRST))];
    for (part, step) in steps {
        let said = [part, "/postgres` is read-only: it is a standby", "name the primary"];
        tokio::select! {
            answer = bench.script.ask(&bench.caller, step) => panic!("a standby takes nothing: {answer:?}"),
            () = bench.until_health_says(&said) => {}
        }
    }
    standby.promote();
    for (_, step) in steps {
        bench.tell(step).await;
    }
    bench.tell(Step::Decide(FIRST)).await;
    bench.all_is_well().await;
}
