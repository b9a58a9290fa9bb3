use countersign_api::candidate::v1::RecordedEvent;

use super::event::{event_name, event_text};
use super::layout::Page;
use super::wire_name::{state_name, who};
use crate::output::moment;

/// Says who did what, when and why, with each event's place in the ledger.
pub fn write(page: &mut Page, history: &[RecordedEvent]) {
    page.section("History");
    for recorded in history {
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
        for line in event_text(event).lines().filter(|line| !line.is_empty()) {
            page.put_line(&format!("{:34}{line}", ""));
        }
    }
}
