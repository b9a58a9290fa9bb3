//! A person's pages among very many open candidates.

use std::time::{Duration, Instant};

use countersign_api::candidate::v1::proposal_service_client::ProposalServiceClient;
use countersign_api::candidate::v1::review_service_client::ReviewServiceClient;
use countersign_api::candidate::v1::{CountCandidatesRequest, Facet, ListCandidatesRequest, ProposeCandidateRequest};
use service_kit::grpc::{AuthorizedChannel, TRANSPORT_MAX_BYTES, connect};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use system_tests::harness::proposing::item;

use crate::entries::PARENT;
use crate::latency::Latencies;
use crate::place::{Database, Place, Rows};
use crate::table::{Cell, Table};
use crate::{Extent, device};

/// Rows written at a time.
const WRITTEN: usize = 20_000;

/// Calls of each count.
const COUNTS: usize = 5;

/// What people look at: filter and order.
const LISTS: [(&str, &str); 7] = [
    ("turn = me", "risk desc"),
    ("turn = me", "create_time"),
    ("state = PROPOSED", "create_time"),
    ("state = PROPOSED OR state = EDITED", "create_time desc"),
    ("owner = humans/p2 AND state = PROPOSED", "create_time desc"),
    ("risk = HIGH", "create_time desc"),
    ("due_time < \"2025-10-11T00:00:00Z\" AND turn = humans/p8", "due_time"),
];

/// Fills a database with copies of one real candidate, as uneven as life, and asks for pages of 50.
///
/// # Errors
/// When the server refuses, or a page is not full.
pub async fn measure(extent: &Extent, database: Database) -> anyhow::Result<Vec<Table>> {
    const COLUMNS: [&str; 6] = ["filter", "order or facet", "page", "p50 ms", "p99 ms", "fdatasync p50 ms"];
    let place = Place::make(database)?;
    let proposer = place.installation.token("generator", "load", "proposer").parse()?;
    let reviewer = place.installation.token("human", "p1", "manager").parse()?;
    let server = place.serve();
    let mut proposals = ProposalServiceClient::new(connect(&format!("http://{}", server.address()), &proposer).await?);
    let one = item(0);
    let one = ProposeCandidateRequest { parent: one.parent, request_id: one.request_id, proposal: one.proposal };
    proposals.propose_candidate(one).await?;
    drop(proposals);
    let (status, stderr) = server.terminate();
    anyhow::ensure!(status.success(), "the server did not drain: {stderr}");
    fill(&place.candidates(), extent.open).await?;

    let sync = Cell::Fraction(device::sync_p50_ms()?);
    let server = place.serve();
    let channel = connect(&format!("http://{}", server.address()), &reviewer).await?;
    let mut reviews = ReviewServiceClient::new(channel).max_decoding_message_size(TRANSPORT_MAX_BYTES);
    let how = format!(
        "{} open candidates in one workspace, copies of one real one, written straight into the tables. Pages of 50 by unary calls over \
         loopback, {} of each, one at a time; counts {COUNTS} times. Target for pages: p99 ≤ 5 ms.",
        extent.open, extent.calls
    );
    let mut table = Table::new("Inbox", how, &COLUMNS).on(database);
    for (filter, order_by) in LISTS {
        for page in ["first", "second"] {
            let [p50, p99] = list(&mut reviews, filter, order_by, page == "second", extent.calls).await?.cells();
            table.row(vec![Cell::text(filter), Cell::text(order_by), Cell::text(page), p50, p99, sync.clone()]);
        }
    }
    for (filter, facet) in [("", Facet::State), ("turn = me", Facet::Risk)] {
        let [p50, p99] = count(&mut reviews, filter, facet).await?.cells();
        let facet = facet.as_str_name();
        table.row(vec![Cell::text(filter), Cell::text(facet), Cell::text("count"), p50, p99, sync.clone()]);
    }
    Ok(vec![table])
}

async fn list(
    reviews: &mut ReviewServiceClient<AuthorizedChannel>,
    filter: &str,
    order_by: &str,
    second: bool,
    calls: usize,
) -> anyhow::Result<Latencies> {
    let mut request = ListCandidatesRequest {
        parent: PARENT.to_owned(),
        filter: filter.to_owned(),
        order_by: order_by.to_owned(),
        ..ListCandidatesRequest::default()
    };
    let first = reviews.list_candidates(request.clone()).await?.into_inner();
    anyhow::ensure!(!first.candidates.is_empty(), "nothing is found by `{filter}`");
    if second {
        request.page_token = first.next_page_token;
    }
    let mut latencies = Latencies::default();
    for _ in 0..calls {
        let request = request.clone();
        let begun = Instant::now();
        reviews.list_candidates(request).await?;
        latencies.note(begun.elapsed());
    }
    Ok(latencies)
}

async fn count(
    reviews: &mut ReviewServiceClient<AuthorizedChannel>,
    filter: &str,
    facet: Facet,
) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::default();
    for _ in 0..COUNTS {
        let (parent, filter) = (PARENT.to_owned(), filter.to_owned());
        let request = CountCandidatesRequest { parent, filter, facets: vec![facet.into()] };
        let begun = Instant::now();
        reviews.count_candidates(request).await?;
        latencies.note(begun.elapsed());
    }
    Ok(latencies)
}

/// Writes copies of the one candidate that there is, and lets the planner know them.
async fn fill(rows: &Rows, open: usize) -> anyhow::Result<()> {
    const FILE: &str = include_str!("../../../../candidate-svc/benches/many/sqlite.sql");
    const SCHEMA: &str = include_str!("../../../../candidate-svc/benches/many/postgres.sql");
    let begun = Instant::now();
    let pieces = (1..=open).step_by(WRITTEN).map(|first| (first, open.min(first + WRITTEN - 1)));
    match rows {
        Rows::File(file) => {
            let mut connection = SqliteConnectOptions::new().filename(file).connect().await?;
            for (first, last) in pieces {
                let (first, last) = (i64::try_from(first)?, i64::try_from(last)?);
                sqlx::query(FILE).bind(first).bind(last).execute(&mut connection).await?;
                // The write-ahead log stays short.
                sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
            }
            connection.close().await?;
        }
        Rows::Schema { url, .. } => {
            let mut connection = url.parse::<PgConnectOptions>()?.connect().await?;
            for (first, last) in pieces {
                let (first, last) = (i64::try_from(first)?, i64::try_from(last)?);
                sqlx::query(SCHEMA).bind(first).bind(last).execute(&mut connection).await?;
            }
            // As autovacuum does, only now: what is measured does not depend on when it would have come.
            sqlx::query("VACUUM ANALYZE countersign_candidates.candidates").execute(&mut connection).await?;
            connection.close().await?;
        }
    }
    let taken: Duration = begun.elapsed();
    eprintln!("  {open} candidates written in {taken:.0?}");
    Ok(())
}
