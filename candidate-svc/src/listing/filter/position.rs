use super::Error;

/// Where one comparison stands: the first byte of each of its parts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) field: usize,
    pub(super) comparator: usize,
    pub(super) value: usize,
}

/// Where the comparisons of a filter stand in its text, in order.
///
/// The parser's tree has no positions. But no comparator can stand inside an unquoted word, so the n-th comparator outside
/// quotes is that of the n-th comparison of the tree.
pub(super) struct Positions {
    places: Vec<Place>,
    text: String,
    passed: usize,
}

impl Positions {
    pub(super) fn of(text: &str) -> Self {
        let mut places = Vec::new();
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
                (None, '=' | '<' | '>' | '!' | ':') if at >= last_comparator_end => {
                    let is_of_two = letter != ':' && letter != '=' && text[at + 1..].starts_with('=');
                    last_comparator_end = if is_of_two { at + 2 } else { at + 1 };
                    let behind = &text[last_comparator_end..];
                    places.push(Place {
                        field: start_of_word_before(text, at),
                        comparator: at,
                        value: text.len() - behind.trim_start().len(),
                    });
                }
                _ => {}
            }
        }
        Self { places, text: text.to_owned(), passed: 0 }
    }

    /// Passes the next comparison and returns where it stands.
    pub(super) fn next(&mut self) -> Place {
        let place = self.places.get(self.passed).copied().unwrap_or_default();
        self.passed += 1;
        place
    }

    /// Returns how many comparisons were passed.
    pub(super) fn passed(&self) -> usize {
        self.passed
    }

    /// Says what is wrong with the word that stands behind the comparisons passed so far.
    pub(super) fn error_at_next(&self, message: String) -> Error {
        let position = match self.places.get(self.passed) {
            Some(next) => start_of_word_before(&self.text, next.field),
            None => start_of_word_before(&self.text, self.text.trim_end().len()),
        };
        Error { position, message }
    }
}

/// Returns where the word begins that ends at or before `end`, spaces and closing parentheses between them left aside. What is
/// written like a function, `name(…)`, is one word.
fn start_of_word_before(text: &str, end: usize) -> usize {
    let bounds = |letter: char| letter.is_whitespace() || letter == '(' || letter == ')';
    let trimmed = text[..end].trim_end();
    if let Some(inside) = trimmed.strip_suffix(')') {
        let open = opening_of(inside);
        let is_function = text[..open].chars().next_back().is_some_and(|letter| !bounds(letter));
        return start_of_word_before(text, if is_function { open } else { inside.len() });
    }
    trimmed.char_indices().rfind(|&(_, letter)| bounds(letter)).map_or(0, |(at, letter)| at + letter.len_utf8())
}

/// Returns where the parenthesis opens that is closed behind `inside`.
fn opening_of(inside: &str) -> usize {
    let mut depth = 0_usize;
    for (at, letter) in inside.char_indices().rev() {
        match letter {
            '(' if depth == 0 => return at,
            '(' => depth -= 1,
            ')' => depth += 1,
            _ => {}
        }
    }
    0
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
