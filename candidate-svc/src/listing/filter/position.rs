use super::Error;

/// Where the comparisons of a filter stand in its text, in order.
///
/// The parser's tree has no positions. But no comparator can stand inside an unquoted word, so the n-th comparator outside
/// quotes is that of the n-th comparison of the tree.
pub(super) struct Positions {
    starts: Vec<usize>,
    text: String,
    passed: usize,
}

impl Positions {
    pub(super) fn of(text: &str) -> Self {
        let mut starts = Vec::new();
        let mut quote = None;
        let mut escaped = false;
        let mut last_comparator_end = 0;
        for (at, letter) in text.char_indices() {
            match (quote, letter) {
                _ if escaped => escaped = false,
                (Some(_), '\\') => escaped = true,
                (Some(open), close) if open == close => quote = None,
                (None, '"' | '\'') => quote = Some(letter),
                // The second letter of `<=`, `>=` and `!=` belongs to the first.
                (None, '=' | '<' | '>' | '!' | ':') => {
                    if at >= last_comparator_end {
                        starts.push(start_of_word_before(text, at));
                    }
                    last_comparator_end = if letter == '=' { at + 1 } else { at + 2 };
                }
                _ => {}
            }
        }
        Self { starts, text: text.to_owned(), passed: 0 }
    }

    /// Passes the next comparison and returns where its field begins.
    pub(super) fn next(&mut self) -> usize {
        let position = self.starts.get(self.passed).copied().unwrap_or_default();
        self.passed += 1;
        position
    }

    /// Returns how many comparisons were passed.
    pub(super) fn passed(&self) -> usize {
        self.passed
    }

    /// Says what is wrong with the word that stands behind the comparisons passed so far.
    pub(super) fn error_at_next(&self, message: String) -> Error {
        let position = match self.starts.get(self.passed) {
            Some(&next) => start_of_word_before(&self.text, next),
            None => start_of_word_before(&self.text, self.text.trim_end().len()),
        };
        Error { position, message }
    }
}

/// Returns where the word begins that ends at or before `end`, spaces between them left aside.
fn start_of_word_before(text: &str, end: usize) -> usize {
    let bounds = |letter: char| letter.is_whitespace() || letter == '(' || letter == ')';
    let trimmed = text[..end].trim_end();
    trimmed.char_indices().rfind(|&(_, letter)| bounds(letter)).map_or(0, |(at, letter)| at + letter.len_utf8())
}

/// Returns where the parenthesis stands that opens one level too many.
pub(super) fn nested_deeper_than(text: &str, levels: usize) -> usize {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(') if depth == levels => return at,
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    text.len()
}
