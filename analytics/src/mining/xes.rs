//! XES (IEEE 1849-2016): a trace for each candidate, an event for each of its entries.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, Event};

use super::case::{Case, Cases};
use super::entry::Entry;
use super::error::Error;
use super::out::Out;
use super::walk::{Walker, slices_of};
use crate::export::{Progress, VerifiedExport};

/// Extensions of the standard that are used: name, prefix, and where it is defined.
const EXTENSIONS: [(&str, &str, &str); 4] = [
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
];

/// Entries of the log for which one slice of its candidates is enough: what is written of an entry is held, about 800 bytes.
const SLICE_ENTRIES: u64 = 256 * 1024;

/// An entry records what has happened.
const TRANSITION: &str = "complete";

/// Stands for a character that XML has no way to write.
const UNWRITABLE: char = '\u{FFFD}';

/// What is written of a candidate's entries so far.
#[derive(Default)]
struct Events {
    xml: Vec<u8>,
    count: u64,
    proposer: Option<String>,
}

/// Writes the log; returns the number of events and of traces.
pub(super) fn write_xes(
    export: &VerifiedExport,
    out: &mut Out,
    on_progress: impl FnMut(Progress),
) -> Result<(u64, u64), Error> {
    let slices = slices_of(export.manifest().size, SLICE_ENTRIES);
    let mut walker = Walker::new(export, slices.len(), on_progress);
    out.write(|file| open(&mut Writer::new(file), export))?;
    let (mut events, mut traces) = (0, 0);
    for slice in slices {
        let mut cases = Cases::<Events>::new();
        walker.walk_slice(slice, |entry| {
            let kept = cases.note(entry);
            kept.count += 1;
            kept.proposer = kept.proposer.take().or_else(|| entry.says("proposer").map(Into::into));
            write_event(&mut Writer::new(&mut kept.xml), entry).expect("invariant: memory takes what is written");
            Ok(())
        })?;
        for (case, kept) in cases.in_order() {
            traces += 1;
            events += kept.count;
            out.write(|file| write_trace(&mut Writer::new(file), &case, &kept))?;
        }
    }
    out.write(|file| close(&mut Writer::new(file), "log"))?;
    Ok((events, traces))
}

fn open(xml: &mut Writer<impl Write>, export: &VerifiedExport) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let versions = [("xes.version", "1849-2016"), ("xes.features", ""), ("xmlns", "http://www.xes-standard.org/")];
    start(xml, BytesStart::new("log").with_attributes(versions))?;
    for (name, prefix, uri) in EXTENSIONS {
        let said = [("name", name), ("prefix", prefix), ("uri", uri)];
        xml.create_element("extension").with_attributes(said).write_empty()?;
    }
    for (scope, globals) in [
        ("trace", &[("string", "concept:name", "")][..]),
        (
            "event",
            &[
                ("string", "concept:name", ""),
                ("string", "lifecycle:transition", TRANSITION),
                ("string", "org:resource", ""),
                ("date", "time:timestamp", "1970-01-01T00:00:00.000000Z"),
            ][..],
        ),
    ] {
        start(xml, BytesStart::new("global").with_attributes([("scope", scope)]))?;
        globals.iter().try_for_each(|(element, key, value)| attribute(xml, element, key, value))?;
        close(xml, "global")?;
    }
    let classifier = [("name", "Kind"), ("scope", "event"), ("keys", "concept:name")];
    xml.create_element("classifier").with_attributes(classifier).write_empty()?;
    let manifest = export.manifest();
    attribute(xml, "string", "concept:name", &manifest.origin)?;
    attribute(xml, "int", "end_index", &manifest.size.to_string())?;
    attribute(xml, "string", "log_root", &manifest.root.to_string())
}

fn write_trace(xml: &mut Writer<impl Write>, case: &Case, events: &Events) -> io::Result<()> {
    xml.get_mut().write_all(b"\n")?;
    start(xml, BytesStart::new("trace"))?;
    attribute(xml, "string", "concept:name", &case.name)?;
    events.proposer.iter().try_for_each(|proposer| attribute(xml, "string", "proposer", proposer))?;
    case.attributes.iter().try_for_each(|(name, value)| attribute(xml, "string", name, value))?;
    xml.get_mut().write_all(&events.xml)?;
    close(xml, "trace")
}

fn write_event(xml: &mut Writer<impl Write>, entry: &Entry<'_>) -> io::Result<()> {
    start(xml, BytesStart::new("event"))?;
    attribute(xml, "string", "concept:name", &entry.kind)?;
    attribute(xml, "string", "lifecycle:transition", TRANSITION)?;
    attribute(xml, "date", "time:timestamp", &entry.time)?;
    attribute(xml, "string", "org:resource", &entry.says("actor").unwrap_or_default())?;
    attribute(xml, "int", "entry_index", &entry.index.to_string())?;
    for (of, value) in entry.attributes().filter(|(of, _)| of.name != "actor") {
        attribute(xml, of.of_type.in_xes(), of.name, &value)?;
    }
    close(xml, "event")
}

fn attribute(xml: &mut Writer<impl Write>, element: &str, key: &str, value: &str) -> io::Result<()> {
    let value = value.replace(is_unwritable, UNWRITABLE.encode_utf8(&mut [0; 4]));
    xml.create_element(element).with_attributes([("key", key), ("value", &value)]).write_empty()?;
    Ok(())
}

/// Tells whether XML 1.0 has no way to write a character, escaped or not.
fn is_unwritable(letter: char) -> bool {
    matches!(letter, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

fn start(xml: &mut Writer<impl Write>, element: BytesStart<'_>) -> io::Result<()> {
    xml.write_event(Event::Start(element))
}

fn close(xml: &mut Writer<impl Write>, element: &str) -> io::Result<()> {
    xml.write_event(Event::End(BytesEnd::new(element)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_one_value_whatever_it_says() {
        let mut written = Vec::new();
        let hostile = "\"/></event><event a='&amp;' \u{0}\u{1B}]]>";
        attribute(&mut Writer::new(&mut written), "string", "model", hostile).expect("written");
        let text = String::from_utf8(written).expect("text");
        assert_eq!(text.matches('<').count(), 1, "{text}");
        assert_eq!(text.matches('"').count(), 4, "{text}");
        assert!(text.contains("&amp;amp;") && text.contains('\u{FFFD}') && !text.contains('\u{1B}'), "{text}");
    }
}
