use countersign_api::candidate::v1::{Attempt, AttemptOutcome, Candidate, ExecutionResult, Failure};

use super::layout::Page;
use super::wire_name::{bare, joined};
use crate::output::{moment, moment_or};

/// Says what happened after approval: the attempts, what was made, values before and after, what failed.
pub fn write(page: &mut Page, candidate: &Candidate) {
    page.section("Execution");
    let Some(execution) = &candidate.execution else { return };
    for attempt in &execution.attempts {
        page.put(&format!("attempt {}", attempt.number), &attempt_text(attempt));
    }
    page.put("idempotency key", &execution.idempotency_key);
    page.put("lease ends", &moment_or(execution.lease_expire_time.as_ref(), ""));
    page.put("not before", &moment_or(execution.retry_not_before_time.as_ref(), ""));
    if let Some(result) = &execution.result {
        page.put("done at", &moment(result.execute_time.as_ref()));
        page.put_all("result", &result_lines(result));
    }
}

/// Returns what an execution made and changed, a line each.
pub fn result_lines(result: &ExecutionResult) -> Vec<String> {
    let made =
        result.references.iter().map(|made| joined(" ", [&made.system, &made.object_type, &made.id, &made.link]));
    let changed = result.changes.iter().map(|change| {
        let before = if change.before.is_empty() { "(empty)" } else { &change.before };
        format!("{}: {before} → {}", change.field, change.after)
    });
    made.chain(changed).collect()
}

/// Returns what failed.
pub fn failure_text(failure: &Failure) -> String {
    let class = bare(failure.class().as_str_name(), "FAILURE_CLASS_");
    let again = if failure.retry_safe { "; trying again is safe" } else { "" };
    let system = if failure.system.is_empty() { String::new() } else { format!(" at {}", failure.system) };
    format!("{class}{system}: {}{again}", failure.message)
}

fn attempt_text(attempt: &Attempt) -> String {
    let outcome = match attempt.outcome() {
        AttemptOutcome::Unspecified => "runs",
        AttemptOutcome::Succeeded => "succeeded",
        AttemptOutcome::Failed => "failed",
        AttemptOutcome::Unknown => "nobody knows how it ended",
    };
    let times = format!("{} – {}", moment(attempt.start_time.as_ref()), moment(attempt.end_time.as_ref()));
    let failure = attempt.failure.as_ref().map_or_else(String::new, failure_text);
    format!("{outcome}, {times}, by {}, fence {}\n{failure}", attempt.executor, attempt.fence).trim_end().to_owned()
}
