//! How long a page of 50 takes with a million open candidates in one workspace, and how long counts take.
//!
//! The rows are copies of one real candidate, written straight into the tables, with people, states, tiers and action types as uneven
//! as they are in life. Each list is asked for over the service's own rpc, in this process; what is printed is the time from the
//! call to the answer, messages encoded and decoded. Run it as `cargo bench -p candidate-svc --bench listing`; behind `--` can stand the
//! number of rows, and `postgres` for a PostgreSQL server of its own instead of a file.

use std::sync::Arc;
use std::time::{Duration, Instant};

use candidate_svc::{
    App, AuditSample, Config, Environment,
    catalogue::Catalogue,
    ownership::Owners,
    policy::{Approvers, PolicySource},
};
use countersign_api::candidate::v1::{
    CountCandidatesRequest, Facet, ListCandidatesRequest, Proposal, ProposeCandidateRequest, RecordReference, Trigger,
    proposal_service_client::ProposalServiceClient, review_service_client::ReviewServiceClient,
};
use ledger_format::{SigningKey, VerifyingKeys};
use service_kit::{
    access::{Access, AccessPolicy, BearerToken, Principal, Pseudonyms, Role, TokenStore},
    clock::SystemClock,
    fdatasync,
    grpc::{AuthorizedChannel, Server, TRANSPORT_MAX_BYTES, with_token},
    health::Health,
    ids::RandomIds,
    metrics::Metrics,
    shutdown::{DRAIN_MAX, Shutdown},
};
use sqlx::{Connection, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use throwaway_postgres::{Cluster, Setup};

const ROWS: u64 = 1_000_000;

/// Rows copied at a time, so that the write-ahead log stays short.
const COPIES_MAX: usize = 20_000;

/// Calls of each list; the tenth slowest is its 99th percentile.
const CALLS: usize = 1_000;

/// Hashed to see what the machine does.
const HASHED_BYTES: usize = 2 << 20;

const PARENT: &str = "workspaces/demo";

/// Copies the one candidate that there is.
const FILL_FILE: &str = include_str!("many/sqlite.sql");
const FILL_SCHEMA: &str = include_str!("many/postgres.sql");

/// The usual lists, and some that are not.
const LISTS: [(&str, &str); 32] = [
    ("", "create_time desc"),
    ("", "risk desc"),
    ("state = PROPOSED", "create_time"),
    ("state = PROPOSED OR state = EDITED", "create_time desc"),
    ("state = PROPOSED", "risk desc"),
    ("turn = humans/p1", "create_time"),
    ("turn = humans/p1", "risk desc"),
    ("turn = me", "risk desc"),
    ("turn = humans/rare", "update_time desc"),
    ("owner = humans/p2 AND state = PROPOSED", "create_time desc"),
    ("risk = HIGH", "create_time desc"),
    ("action_type = add_note", "create_time"),
    ("action_type = add_note AND state = PROPOSED AND turn = humans/p5", "create_time"),
    ("record = \"crm/deal/*\"", "create_time desc"),
    ("record = \"erp/*\"", "create_time desc"),
    ("record = crm/deal/77", ""),
    ("state = PROPOSED", "update_time desc"),
    ("state = EDITED AND age > 2d", "due_time"),
    ("proposer = generators/rare", "create_time desc"),
    ("proposer = generators/rules", "risk desc"),
    ("owner = humans/p2 AND proposer = generators/rare", "create_time"),
    ("confidence = LOW", "create_time desc"),
    ("due_time < \"2025-10-10T00:00:00Z\"", "create_time desc"),
    ("due_time < \"2025-10-10T00:00:00Z\" AND turn = humans/p1", "due_time"),
    ("expire_time < \"2025-10-10T00:00:00Z\"", "create_time desc"),
    ("expire_time > \"2026-01-01T00:00:00Z\"", "create_time"),
    ("turn = humans/rare OR owner = humans/rare", "create_time desc"),
    ("turn = humans/p3 OR owner = humans/p3", "create_time desc"),
    ("state != PROPOSED AND state != NEEDS_OWNER", "create_time desc"),
    ("action_type = create_task AND confidence = MEDIUM", "create_time desc"),
    ("action_type = create_task AND turn = roles/manager AND confidence = LOW", "create_time"),
    ("NOT (state = HELD OR confidence = LOW)", "risk desc"),
];

/// Lists that little or nothing fits although each part fits many: an index is read to its end.
const SOUGHT: [(&str, &str); 4] = [
    ("action_type = create_task AND state = NEEDS_OWNER", "create_time desc"),
    ("proposer != generators/rules", "create_time desc"),
    ("NOT record = \"crm/deal/*\"", "create_time desc"),
    ("confidence = MEDIUM AND turn = humans/p4 AND action_type = add_note", "due_time"),
];

/// Calls of each of them.
const SOUGHT_CALLS: usize = 20;

struct Service {
    _folder: tempfile::TempDir,
    _postgres: Option<Cluster>,
    app: App,
    shutdown: Shutdown,
    review: ReviewServiceClient<AuthorizedChannel>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `cargo bench` hands its own flags on.
    let rows = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(ROWS);
    let postgres = std::env::args().any(|argument| argument == "postgres");
    let postgres = postgres.then(|| Cluster::start(&Setup::default()));
    let mut service = Box::pin(open(rows, postgres)).await?;
    println!("{:>9} {:>9} {:>9}  {} rows, a page of 50", "p50 ms", "p99 ms", "max ms", rows);
    println!("{}  the machine: {HASHED_BYTES} bytes hashed", line(&machine()));
    for deep in [false, true] {
        println!("{}", if deep { "the second page" } else { "the first page" });
        for (filter, order_by) in LISTS {
            let times = measure(&mut service.review, filter, order_by, deep, CALLS).await?;
            println!("{}  `{filter}` by `{order_by}`", line(&times));
        }
    }
    println!("what is sought to the end of an index");
    for (filter, order_by) in SOUGHT {
        let times = measure(&mut service.review, filter, order_by, false, SOUGHT_CALLS).await?;
        println!("{}  `{filter}` by `{order_by}`", line(&times));
    }
    println!("{}  the machine: {HASHED_BYTES} bytes hashed", line(&machine()));
    println!("counts");
    for (filter, facet) in [
        ("", Facet::State),
        ("", Facet::Turn),
        ("turn = humans/p1", Facet::Risk),
        ("turn = humans/p1", Facet::Proposer),
        ("state = PROPOSED", Facet::Turn),
        ("record = \"crm/*\" AND confidence = HIGH", Facet::ActionType),
        ("age > 2d", Facet::Owner),
    ] {
        let mut times = Vec::new();
        for _ in 0..5 {
            let request =
                CountCandidatesRequest { parent: PARENT.into(), filter: filter.into(), facets: vec![facet.into()] };
            let begun = Instant::now();
            service.review.count_candidates(request).await?;
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        println!("{}  `{filter}` by {}", line(&times), facet.as_str_name());
    }
    service.shutdown.drain(DRAIN_MAX).await?;
    service.app.close().await;
    Ok(())
}

/// Measures work that waits for nothing, about as long as a page takes: what its slowest take longer, the machine was busy otherwise.
fn machine() -> Vec<Duration> {
    let bytes = vec![7; HASHED_BYTES];
    let mut times: Vec<Duration> = std::iter::repeat_with(|| {
        let begun = Instant::now();
        std::hint::black_box(ledger_format::sha256(&[&bytes]));
        begun.elapsed()
    })
    .take(CALLS)
    .collect();
    times.sort_unstable();
    times
}

async fn measure(
    review: &mut ReviewServiceClient<AuthorizedChannel>,
    filter: &str,
    order_by: &str,
    deep: bool,
    calls: usize,
) -> Result<Vec<Duration>, tonic::Status> {
    let mut request = ListCandidatesRequest {
        parent: PARENT.into(),
        filter: filter.into(),
        order_by: order_by.into(),
        ..ListCandidatesRequest::default()
    };
    let page = review.list_candidates(request.clone()).await?.into_inner();
    if deep {
        request.page_token = page.next_page_token;
    }
    let mut times = Vec::with_capacity(calls);
    for _ in 0..calls {
        let begun = Instant::now();
        review.list_candidates(request.clone()).await?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times)
}

fn line(times: &[Duration]) -> String {
    let ms = |at: usize| times[at.min(times.len() - 1)].as_secs_f64() * 1_000.0;
    format!("{:>9.2} {:>9.2} {:>9.2}", ms(times.len() / 2), ms(times.len() * 99 / 100), ms(times.len()))
}

/// Opens the service on a folder of its own, or on this server, and fills it.
async fn open(rows: u64, postgres: Option<Cluster>) -> Result<Service, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let (metrics, health, shutdown) = (Metrics::new(), Health::new(), Shutdown::new());
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    let tokens = TokenStore::open(&folder.path().join("tokens.db")).await?;
    let access = Arc::new(Access::new(tokens, clock.clone(), ids.clone()));
    let token = |id: &str, role| -> Result<BearerToken, Box<dyn std::error::Error>> {
        Ok(access.lend(Principal::new(id.parse()?, PARENT.parse()?, [role])?))
    };
    // Nothing is relayed: the rows have no events, and the one candidate's may wait.
    let no_ledger = Server::builder(Arc::clone(&access), &metrics, &health, &shutdown).build();
    let environment = Environment {
        clock,
        ids: ids.clone(),
        ledger: with_token(no_ledger.in_memory_channel(), &token("services/relay", Role::Relay)?),
        metrics: metrics.clone(),
        health: health.clone(),
        shutdown: shutdown.clone(),
    };
    let place = match &postgres {
        None => folder.path().join("candidates.db").display().to_string(),
        Some(server) => {
            server.execute("postgres", "CREATE DATABASE candidates TEMPLATE template0 ENCODING UTF8");
            server.url("candidates")
        }
    };
    let config = Config {
        database: place.parse()?,
        catalogue: Catalogue::built_in(),
        policy: PolicySource::BuiltIn,
        approvers: Approvers::under(&AccessPolicy::shipped()),
        owners: Owners::default(),
        pseudonyms: Pseudonyms::open(&folder.path().join("pseudonym.key"), &*ids)?,
        ledger_keys: VerifyingKeys::new(vec![
            SigningKey::from_seed("countersign.local", &[7; 32])?.verifying_key().clone(),
        ])?,
        audit: AuditSample::open(&folder.path().join("audit.key"), &*ids)?,
    };
    let app = config.build(&environment).await?;
    let server = Server::builder(Arc::clone(&access), &metrics, &health, &shutdown)
        .add_service(app.proposal_service())
        .add_service(app.review_service())
        .build();
    let proposer = with_token(server.in_memory_channel(), &token("generators/rules", Role::Proposer)?);
    ProposalServiceClient::new(proposer).propose_candidate(one()).await?;

    let begun = Instant::now();
    let bytes = if postgres.is_some() { fill_schema(&place, rows).await? } else { fill_file(&place, rows).await? };
    let sync_p50_us = fdatasync::measure(folder.path(), 200)?.p50_micros;
    println!("filled in {:.0?}, {} bytes a row, device sync p50 {sync_p50_us} us", begun.elapsed(), bytes / rows);

    let reviewer = with_token(server.in_memory_channel(), &token("humans/p1", Role::Manager)?);
    let review = ReviewServiceClient::new(reviewer).max_decoding_message_size(TRANSPORT_MAX_BYTES);
    Ok(Service { _folder: folder, _postgres: postgres, app, shutdown, review })
}

/// Writes the copies and returns the bytes that they take.
async fn fill_file(file: &str, rows: u64) -> Result<u64, Box<dyn std::error::Error>> {
    let mut outsider = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await?;
    for (first, last) in pieces(rows) {
        sqlx::query(FILL_FILE).bind(first).bind(last).execute(&mut outsider).await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut outsider).await?;
    }
    outsider.close().await?;
    Ok(std::fs::metadata(file)?.len())
}

/// Does the same in a schema.
async fn fill_schema(url: &str, rows: u64) -> Result<u64, Box<dyn std::error::Error>> {
    const BYTES: &str = "SELECT pg_total_relation_size('countersign_candidates.candidates')";
    let mut outsider = PgConnection::connect(url).await?;
    for (first, last) in pieces(rows) {
        sqlx::query(FILL_SCHEMA).bind(first).bind(last).execute(&mut outsider).await?;
    }
    // As autovacuum does, only now: what is measured does not depend on when it would have come.
    sqlx::query("VACUUM ANALYZE countersign_candidates.candidates").execute(&mut outsider).await?;
    let bytes: i64 = sqlx::query_scalar(BYTES).fetch_one(&mut outsider).await?;
    outsider.close().await?;
    Ok(bytes.unsigned_abs())
}

fn pieces(rows: u64) -> impl Iterator<Item = (i64, i64)> {
    let signed = |number: u64| i64::try_from(number).expect("far fewer rows");
    (1..=rows).step_by(COPIES_MAX).map(move |first| (signed(first), signed(rows.min(first + COPIES_MAX as u64 - 1))))
}

fn one() -> ProposeCandidateRequest {
    let record = RecordReference {
        system: "crm".into(),
        object_type: "deal".into(),
        id: "0".into(),
        ..RecordReference::default()
    };
    let trigger = Trigger {
        source_system: "crm".into(),
        r#type: "deal_exported".into(),
        source_id: "0".into(),
        record: Some(record),
        ..Trigger::default()
    };
    let proposal = Proposal {
        trigger: Some(trigger),
        context_summary: "The deal has no account.".into(),
        owner: "humans/p1".into(),
        action_type: "create_task".into(),
        payload_json: r#"{"subject":"Ask for the account","owner":"humans/p1","due":"2026-11-30"}"#.into(),
        reason: "Nobody can be invoiced.".into(),
        ..Proposal::default()
    };
    ProposeCandidateRequest { parent: PARENT.into(), request_id: "one".into(), proposal: Some(proposal) }
}
