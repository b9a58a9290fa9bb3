use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{CandidateEvent, FieldLabel, RecordedEvent};

use super::changes::Replay;
use super::event::{event_name, event_text, new_digest};
use super::layout::Page;
use super::payload::short_digest;
use super::wire_name::{state_name, trace_id, who};
use crate::output::moment;

/// Says who did what, when and why, what each edit changed, each event's place in the ledger and the trace of the call that
/// led to it.
pub fn write(page: &mut Page, history: &[RecordedEvent], labels: &[FieldLabel]) {
    page.section("History");
    let mut replay = Replay::default();
    let label = |pointer: &str| {
        let known = labels.iter().find(|label| label.pointer == pointer);
        known.map_or(pointer, |known| &known.label).to_owned()
    };
    for (recorded, digest) in with_digests(history) {
        let Some(event) = &recorded.event else { continue };
        let place = if recorded.recorded { format!("entry {}", recorded.entry_index) } else { "not yet".to_owned() };
        page.put_line(&format!(
            "{}  {:<12} {} by {}, now {}",
            moment(event.occur_time.as_ref()),
            place,
            event_name(event),
            who(event.actor.as_ref()),
            state_name(event.state)
        ));
        let changed = replay.follow(event).map_or_else(Vec::new, |edit| edit.lines(label));
        for line in changed.into_iter().chain(lines(event, digest)) {
            page.put_line(&format!("{:34}{line}", ""));
        }
    }
}

/// Returns every event with the digest of the payload that it was about: the one that stood when it happened.
pub fn with_digests(history: &[RecordedEvent]) -> impl Iterator<Item = (&RecordedEvent, &[u8])> {
    history.iter().scan(&[][..], |digest, recorded| {
        *digest = recorded.event.as_ref().and_then(new_digest).unwrap_or(*digest);
        Some((recorded, *digest))
    })
}

/// Returns what an event says; a refusal does not name its digest, so what stood then is named.
fn lines(event: &CandidateEvent, digest: &[u8]) -> Vec<String> {
    let mut lines: Vec<String> = event_text(event).lines().map(str::to_owned).collect();
    if matches!(event.event, Some(Event::CandidateRejected(_))) {
        lines.push(format!("digest {}", short_digest(digest)));
    }
    let trace = trace_id(&event.traceparent);
    if !trace.is_empty() {
        lines.push(format!("trace {trace}"));
    }
    lines.retain(|line| !line.is_empty());
    lines
}
