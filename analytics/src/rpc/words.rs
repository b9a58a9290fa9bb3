//! Words behind the hashes of a report, for who asks: read anew each time, so that what was erased meanwhile is not told.

use countersign_api::feedback::v1;
use countersign_api::name::CandidateName;

use crate::export::{self, Span, Wording};
use crate::feedback::WordReader;
use crate::report::RepeatedWording;

/// Most changes of words, of one action type, for which the words are looked up; the most frequent come first.
const LOOKED_UP_MAX: usize = 10;

/// Most characters of words that are told.
const TOLD_MAX_CHARS: usize = 200;

/// Puts the words beside the most frequent changes of one action type, and into their rules. Those that cannot be read, or not any more, stay
/// out: the figures are true without them.
pub(super) async fn tell(
    reader: &WordReader,
    action_type: &str,
    wordings: &[RepeatedWording],
    told: &mut [v1::RepeatedWording],
) {
    for (wording, told) in wordings.iter().zip(told).take(LOOKED_UP_MAX) {
        let words = match first_words(reader, wording).await {
            Ok(Some(words)) => words,
            Ok(None) => continue,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the words of changes can not be read");
                return;
            }
        };
        (told.words_removed, told.words_inserted) = (clipped(&words.removed), clipped(&words.inserted));
        told.rule = wording.rule_in_words(action_type, &told.words_removed, &told.words_inserted);
    }
}

async fn first_words(reader: &WordReader, wording: &RepeatedWording) -> Result<Option<Span>, export::Error> {
    let hash = |hash: &str| (!hash.is_empty()).then(|| hash.to_owned());
    let wanted = Wording {
        path: wording.path.clone(),
        change: wording.change.clone().into(),
        from: hash(&wording.from),
        to: hash(&wording.to),
    };
    for example in wording.examples.iter().filter_map(|name| name.parse::<CandidateName>().ok()) {
        if let Some(words) = reader.words_of(&example, &wanted).await? {
            return Ok(Some(words));
        }
    }
    Ok(None)
}

fn clipped(words: &str) -> String {
    let mut letters = words.chars();
    let told: String = letters.by_ref().take(TOLD_MAX_CHARS).collect();
    if letters.next().is_some() { format!("{told}…") } else { told }
}
