//! Every byte of every stored value of every table, each flipped by itself.

use std::thread;

use ledger_svc::audit::Finding;

use super::{
    expected::Expected,
    insider::{FILES, Insider},
    stored_bytes::{StoredTable, tables},
    tally::{Tally, is_full, sample, seed},
};

/// Bytes of each column in a sample.
const SAMPLE: usize = 16;

/// One byte, what it is of, and what must be said about it.
#[derive(Debug, Clone)]
struct Target {
    file: &'static str,
    offset: usize,
    /// Table and column.
    kind: String,
    expected: Expected,
}

#[test]
fn every_flipped_byte_of_every_stored_column_is_found() {
    let tally = Tally::default();
    let threads = if is_full() { thread::available_parallelism().map_or(1, usize::from) } else { 1 };
    let insider = block_on(Insider::with_a_ledger());
    let targets = block_on(targets(&insider));
    thread::scope(|scope| {
        for worker in 0..threads {
            let (insider, targets, tally) = (&insider, &targets, &tally);
            scope.spawn(move || block_on(flip(insider, targets.iter().skip(worker).step_by(threads), tally)));
        }
    });
    tally.assert_all_found("byte flipped");
}

async fn targets(insider: &Insider) -> Vec<Target> {
    let seed = seed();
    let mut targets = Vec::new();
    for file in FILES {
        for table in tables(insider, file).await {
            for position in 0..table.columns.len() {
                targets.extend(sample(&of_column(insider, &table, position), SAMPLE, seed));
            }
        }
    }
    targets
}

fn of_column(insider: &Insider, table: &StoredTable, position: usize) -> Vec<Target> {
    let bytes = insider.bytes(table.file);
    let column = &table.columns[position];
    let kind = format!("{} {}.{}", table.file, table.name, column.name);
    let mut targets = Vec::new();
    for row in &table.rows {
        for (place, &offset) in row.values[position].offsets.iter().enumerate() {
            let expected = Expected::of_byte(bytes, table, row, column, place);
            targets.push(Target { file: table.file, offset, kind: kind.clone(), expected });
        }
    }
    targets
}

async fn flip(original: &Insider, targets: impl Iterator<Item = &Target>, tally: &Tally) {
    let insider = original.copy().await;
    for target in targets {
        let bit = 1 << (target.offset % 8);
        let finding = insider.verify_with_byte(target.file, target.offset, bit).await;
        tally.note(&target.kind, miss(target, finding.as_ref()));
    }
    assert!(insider.finding().await.is_none(), "every byte was put back");
}

fn miss(target: &Target, finding: Option<&Finding>) -> Option<String> {
    let Some(finding) = finding else {
        return Some(format!("byte {} of {}: nothing was found", target.offset, target.file));
    };
    target.expected.misses(finding).map(|why| format!("byte {} of {}: {why}: {finding}", target.offset, target.file))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(future)
}
