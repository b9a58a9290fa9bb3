//! A candidate as a person reads it: why it exists, what was looked at, what would run, who decided, what came of it.

mod assessment;
mod changes;
mod doubt;
mod event;
mod execution;
mod history;
mod layout;
mod origin;
mod payload;
mod review;
mod wire_name;
mod workspace;

use countersign_api::candidate::v1::{ActionType, Candidate, CandidateEvent, GetCandidateResponse};

use crate::output::moment;

pub use assessment::{confidence_name, not_stated, risk_name};
pub use changes::Replay;
pub use doubt::doubts;
pub use history::with_digests;
pub use origin::record_text;
pub use payload::{payload_lines, short_digest};
pub use wire_name::{joined, short_id, state_name, trace_id};
pub use workspace::workspace_event_lines;

use layout::Page;

/// Renders everything there is to know about a candidate.
pub fn whole(response: &GetCandidateResponse, action_types: &[ActionType]) -> String {
    let Some(candidate) = &response.candidate else { return String::new() };
    let mut page = Page::new(&heading(candidate));
    write_doubts(&mut page, candidate, action_types);
    origin::write(&mut page, candidate);
    assessment::write(&mut page, candidate);
    payload::write(&mut page, candidate, action_types);
    review::write(&mut page, candidate, response);
    execution::write(&mut page, candidate);
    history::write(&mut page, &response.history, payload::labels_of(candidate, action_types));
    page.finish()
}

/// Renders what a reviewer decides on: what would run and what argues for it, without the past.
pub fn proposal(candidate: &Candidate, action_types: &[ActionType]) -> String {
    let mut page = Page::new(&heading(candidate));
    write_doubts(&mut page, candidate, action_types);
    assessment::write(&mut page, candidate);
    payload::write(&mut page, candidate, action_types);
    page.finish()
}

/// Renders one event: who did what, when and why.
pub fn event_lines(event: &CandidateEvent) -> String {
    let mut page = Page::new(&format!(
        "{} by {} at {}, {} then {}",
        event::event_name(event),
        wire_name::who(event.actor.as_ref()),
        moment(event.occur_time.as_ref()),
        short_id(&event.candidate),
        state_name(event.state)
    ));
    for line in event::event_text(event).lines().filter(|line| !line.is_empty()) {
        page.put_line(line);
    }
    page.finish()
}

/// What does not fit together stands before everything else.
fn write_doubts(page: &mut Page, candidate: &Candidate, action_types: &[ActionType]) {
    page.section("Look into this first");
    page.put_all("doubt", &doubts(candidate, action_types));
}

fn heading(candidate: &Candidate) -> String {
    let erased = candidate.erased.as_ref().map_or_else(String::new, |erased| {
        let at = moment(erased.erase_time.as_ref());
        format!("; what it said was erased at {at}, by entry {}", erased.entry_index)
    });
    format!(
        "{} is {} at revision {} (etag {}){erased}",
        short_id(&candidate.name),
        state_name(candidate.state),
        candidate.revision,
        candidate.etag
    )
}

#[cfg(test)]
mod tests;
