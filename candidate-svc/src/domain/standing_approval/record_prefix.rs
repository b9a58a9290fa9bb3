//! Which records a standing approval is for.

use std::fmt;
use std::str::FromStr;

use crate::domain::RecordReference;
use crate::domain::limits::RECORD_PREFIX_MAX_BYTES;

/// The beginning of a record's `{system}/{object type}/{id}`, in whole segments; empty: any record, or none.
///
/// `crm/deal/1` is for `crm/deal/1` and not for `crm/deal/10`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordPrefix(String);

/// Says that a text is no beginning of a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is no beginning of a record of at most {RECORD_PREFIX_MAX_BYTES} bytes: write e.g. `crm`, `crm/deal` or `crm/deal/7`, \
     without a `*` at its end, or leave it empty"
)]
pub struct NoRecordPrefix;

impl RecordPrefix {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether it is for any record, and for what has none.
    pub fn is_any(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether a record begins with it. System and object type are compared whole: a slash inside a name makes no segment of it.
    pub fn covers(&self, record: &RecordReference) -> bool {
        let mut segments = self.0.splitn(3, '/');
        let begins = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
        if self.is_any() {
            return true;
        }
        begins(segments.next(), &record.system)
            && begins(segments.next(), &record.object_type)
            && segments.next().is_none_or(|wanted| begins_with_segments(&record.id, wanted))
    }
}

fn begins_with_segments(id: &str, wanted: &str) -> bool {
    id.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl FromStr for RecordPrefix {
    type Err = NoRecordPrefix;

    fn from_str(text: &str) -> Result<Self, NoRecordPrefix> {
        // In filters a `*` stands for whatever follows. Here it would stand for itself, and cover nothing.
        let fits = text.len() <= RECORD_PREFIX_MAX_BYTES
            && !text.ends_with('*')
            && text.split('/').all(|segment| !segment.trim().is_empty());
        if text.is_empty() || fits { Ok(Self(text.to_owned())) } else { Err(NoRecordPrefix) }
    }
}

impl fmt::Display for RecordPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(system: &str, object_type: &str, id: &str) -> RecordReference {
        RecordReference {
            system: system.into(),
            object_type: object_type.into(),
            id: id.into(),
            ..RecordReference::default()
        }
    }

    fn covers(prefix: &str, record: &RecordReference) -> bool {
        prefix.parse::<RecordPrefix>().expect("a prefix").covers(record)
    }

    #[test]
    fn whole_segments_are_compared() {
        let deal = record("crm", "deal", "1");
        for prefix in ["", "crm", "crm/deal", "crm/deal/1"] {
            assert!(covers(prefix, &deal), "{prefix}");
        }
        for prefix in ["cr", "crm/dea", "crm/deal/", "crm/deal/10", "crm/account", "erp", "deal"] {
            let covered = prefix.parse::<RecordPrefix>().is_ok_and(|prefix| prefix.covers(&deal));
            assert!(!covered, "{prefix}");
        }
        assert!(!covers("crm/deal/1", &record("crm", "deal", "10")));
        assert!(covers("crm/deal/1", &record("crm", "deal", "1/line/2")));
    }

    /// Whoever names records must not be able to put a narrow beginning together from other parts.
    #[test]
    fn a_slash_in_a_name_makes_no_segment() {
        for forged in [record("crm/deal", "1", ""), record("crm", "deal/1", "x"), record("crm/deal/1", "", "")] {
            assert!(!covers("crm/deal/1", &forged), "{forged:?}");
        }
    }

    #[test]
    fn what_begins_no_record_is_refused() {
        let longest = format!("crm/{}", "x".repeat(RECORD_PREFIX_MAX_BYTES - 4));
        assert!(longest.parse::<RecordPrefix>().is_ok());
        for text in ["crm/deal/*", "*", "/", "/crm", "crm/", "crm//7", " ", "crm/ /7", &format!("{longest}x")] {
            assert_eq!(text.parse::<RecordPrefix>(), Err(NoRecordPrefix), "{text}");
        }
    }
}
