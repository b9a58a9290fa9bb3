use std::collections::VecDeque;

use countersign_api::candidate::v1::StreamProposalsRequest;
use prost::Message as _;

use crate::propose::Origin;

/// The most items that were read and not answered. Enough for the services to commit many at a time.
pub const WINDOW_MAX_ITEMS: usize = 1_024;

/// No more items are read while those that were not answered have as many bytes. One item may go over it: the first always fits.
pub const WINDOW_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Items that were read and not answered, in their order; those on their way come first.
#[derive(Debug, Default)]
pub struct Window {
    items: VecDeque<Unanswered>,
    on_their_way: usize,
    bytes: usize,
    /// How many items go one by one, because one of them ended a stream and it is not known which.
    one_by_one: usize,
}

/// An item that is not answered.
#[derive(Debug)]
pub struct Unanswered {
    /// What is sent.
    pub request: StreamProposalsRequest,
    /// Where it comes from.
    pub origin: Origin,
    bytes: usize,
}

impl Window {
    /// Tells whether another item may be read.
    pub fn has_room(&self) -> bool {
        self.items.len() < WINDOW_MAX_ITEMS && self.bytes < WINDOW_MAX_BYTES
    }

    /// Tells whether everything that was read is answered.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns how many items were read and not answered.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Takes an item in that is to be sent.
    pub fn push(&mut self, request: StreamProposalsRequest, origin: Origin) {
        let bytes = request.encoded_len();
        self.bytes += bytes;
        self.items.push_back(Unanswered { request, origin, bytes });
    }

    /// Returns the next item to send, which counts as on its way from now on; nothing when all are, or when the next one has to wait.
    pub fn next_to_send(&mut self) -> Option<&StreamProposalsRequest> {
        if self.one_by_one > 0 && self.on_their_way > 0 {
            return None;
        }
        let item = self.items.get(self.on_their_way)?;
        self.on_their_way += 1;
        Some(&item.request)
    }

    /// Takes out the item whose answer is due: the first of those on their way.
    pub fn pop(&mut self) -> Option<Unanswered> {
        self.on_their_way = self.on_their_way.checked_sub(1)?;
        self.one_by_one = self.one_by_one.saturating_sub(1);
        let item = self.items.pop_front()?;
        self.bytes -= item.bytes;
        Some(item)
    }

    /// Forgets that anything was sent: all of it has to be sent again.
    pub fn start_over(&mut self) {
        self.on_their_way = 0;
    }

    /// Has the items that were on their way go one by one, because one of them ended the stream. Returns the guilty one at
    /// once when it was alone.
    pub fn single_out(&mut self) -> Option<Unanswered> {
        if self.on_their_way == 1 {
            return self.pop();
        }
        self.one_by_one = self.on_their_way;
        self.start_over();
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(id: &str) -> StreamProposalsRequest {
        StreamProposalsRequest { request_id: id.to_owned(), ..StreamProposalsRequest::default() }
    }

    fn window(ids: &[&str]) -> Window {
        let mut window = Window::default();
        for id in ids {
            window.push(request(id), Origin::Line(1));
        }
        window
    }

    fn sent(window: &mut Window) -> Vec<String> {
        std::iter::from_fn(|| window.next_to_send().map(|request| request.request_id.clone())).collect()
    }

    #[test]
    fn what_was_sent_is_sent_again_after_a_cut_in_the_same_order() {
        let mut window = window(&["a", "b", "c"]);
        assert_eq!(sent(&mut window), ["a", "b", "c"]);
        assert_eq!(window.pop().expect("an item").request.request_id, "a");
        window.start_over();
        window.push(request("d"), Origin::Line(4));
        assert_eq!(sent(&mut window), ["b", "c", "d"]);
    }

    #[test]
    fn after_an_item_ended_the_stream_those_that_may_have_go_one_by_one() {
        let mut window = window(&["a", "b", "c"]);
        sent(&mut window);
        window.push(request("d"), Origin::Line(4));
        assert!(window.single_out().is_none());
        for id in ["a", "b"] {
            assert_eq!(sent(&mut window), [id]);
            window.pop();
        }
        assert_eq!(sent(&mut window), ["c"]);
        assert_eq!(window.single_out().expect("it was alone").request.request_id, "c");
        assert_eq!(sent(&mut window), ["d"]);
    }

    #[test]
    fn there_is_room_up_to_both_limits() {
        let mut window = Window::default();
        for _ in 0..WINDOW_MAX_ITEMS {
            assert!(window.has_room());
            window.push(request("x"), Origin::Line(1));
        }
        assert!(!window.has_room());
        sent(&mut window);
        window.pop();
        assert!(window.has_room());

        let mut window = Window::default();
        window.push(request(&"x".repeat(WINDOW_MAX_BYTES)), Origin::Line(1));
        assert!(!window.has_room());
        sent(&mut window);
        window.pop();
        assert!(window.has_room() && window.is_empty());
    }
}
