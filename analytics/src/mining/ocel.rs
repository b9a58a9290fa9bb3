//! OCEL 2.0 in JSON: entries as events, related to the objects that they are about.
//!
//! The members of the file and their types are those of the standard's JSON schema (<https://www.ocel-standard.org>, version 2.0), by which every value is a
//! text; the declared type says how to read it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::attribute::{CASE_ATTRIBUTES, attributes_of};
use super::case::{Case, Cases};
use super::entry::Entry;
use super::error::Error;
use super::out::{Items, Out};
use super::relationship::{self, Relationship, of_event};
use super::survey::{ATTEMPT, CANDIDATE, OBJECT_TYPES, RECORD, Survey};
use super::walk::{Slice, Walker, slices_of};
use crate::export::{Progress, VerifiedExport};

/// Entries of the log for which one slice of its candidates is enough: what is kept of each candidate takes about a kilobyte.
const CANDIDATES_ENTRIES: u64 = 1024 * 1024;

/// Entries of the log for which one slice of its records is enough.
const RECORDS_ENTRIES: u64 = 4 * 1024 * 1024;

/// What a record is besides its id.
const RECORD_ATTRIBUTES: [&str; 2] = ["system", "object_type"];

/// Columns with a record's key, system and object type.
const RECORD_COLUMNS: [[&str; 3]; 2] =
    [["record_key", "record_system", "record_object_type"], ["target_key", "target_system", "target_object_type"]];

#[derive(Serialize)]
struct Type<'a> {
    name: &'a str,
    attributes: Vec<Declared>,
}

#[derive(Serialize)]
struct Declared {
    name: &'static str,
    r#type: &'static str,
}

#[derive(Serialize)]
struct Object<'a> {
    id: &'a str,
    r#type: &'static str,
    attributes: Vec<ObjectAttribute<'a>>,
    relationships: &'a [Relationship],
}

#[derive(Serialize)]
struct ObjectAttribute<'a> {
    name: &'static str,
    time: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Event<'a> {
    id: String,
    r#type: &'a str,
    time: &'a str,
    attributes: Vec<EventAttribute<'a>>,
    relationships: Vec<Relationship>,
}

#[derive(Serialize)]
struct EventAttribute<'a> {
    name: &'static str,
    value: Cow<'a, str>,
}

/// Writes the log; returns the number of events and of objects.
pub(super) fn write_ocel(
    export: &VerifiedExport,
    out: &mut Out,
    on_progress: impl FnMut(Progress),
) -> Result<(u64, u64), Error> {
    let size = export.manifest().size;
    let (of_candidates, of_records) = (slices_of(size, CANDIDATES_ENTRIES), slices_of(size, RECORDS_ENTRIES));
    // One walk finds what there is, and one writes the events.
    let mut walker = Walker::new(export, 2 + of_candidates.len() + of_records.len(), on_progress);
    let mut survey = Survey::default();
    walker.walk(|entry| {
        survey.note(entry);
        Ok(())
    })?;
    out.text("{")?;
    write_types(out, &survey)?;
    out.text(",\n")?;
    let mut objects = Objects { items: Items::open(out, "objects")?, count: 0 };
    for slice in of_candidates {
        objects.write_candidates(out, &mut walker, slice)?;
    }
    for slice in of_records {
        objects.write_records(out, &mut walker, slice)?;
    }
    for (id, &of_type) in &survey.objects {
        objects.add(out, &Object { id, r#type: of_type, attributes: Vec::new(), relationships: &[] })?;
    }
    objects.items.close(out)?;
    out.text(",\n")?;
    let events = write_events(out, &mut walker)?;
    out.text("}\n")?;
    Ok((events, objects.count))
}

fn write_types(out: &mut Out, survey: &Survey) -> Result<(), Error> {
    let mut types = Items::open(out, "objectTypes")?;
    for name in OBJECT_TYPES {
        let attributes: &[&'static str] = match name {
            CANDIDATE => &CASE_ATTRIBUTES,
            RECORD => &RECORD_ATTRIBUTES,
            _ => &[],
        };
        let state = (name == CANDIDATE).then_some("state");
        let declared = attributes.iter().copied().chain(state).map(|name| Declared { name, r#type: "string" });
        types.add(out, &Type { name, attributes: declared.collect() })?;
    }
    types.close(out)?;
    out.text(",\n")?;
    let mut types = Items::open(out, "eventTypes")?;
    for kind in &survey.kinds {
        let declared =
            attributes_of(kind).map(|attribute| Declared { name: attribute.name, r#type: attribute.of_type.in_ocel() });
        types.add(out, &Type { name: kind, attributes: declared.collect() })?;
    }
    types.close(out)
}

/// The objects while they are written.
struct Objects {
    items: Items,
    count: u64,
}

impl Objects {
    fn add(&mut self, out: &mut Out, object: &Object<'_>) -> Result<(), Error> {
        self.count += 1;
        self.items.add(out, object)
    }

    /// Writes the candidates of a slice, each with the attempts at its execution behind it.
    fn write_candidates(
        &mut self,
        out: &mut Out,
        walker: &mut Walker<'_, impl FnMut(Progress)>,
        slice: Slice,
    ) -> Result<(), Error> {
        let mut cases = Cases::<()>::new();
        walker.walk_slice(slice, |entry| {
            cases.note(entry);
            Ok(())
        })?;
        for (case, ()) in cases.in_order() {
            self.add(out, &candidate(&case))?;
            let executes = [Relationship { object_id: case.name.clone(), qualifier: "executes" }];
            for id in case.attempts.keys() {
                self.add(out, &Object { id, r#type: ATTEMPT, attributes: Vec::new(), relationships: &executes })?;
            }
        }
        Ok(())
    }

    /// Writes the records whose keys begin with a byte of the slice.
    fn write_records(
        &mut self,
        out: &mut Out,
        walker: &mut Walker<'_, impl FnMut(Progress)>,
        slice: Slice,
    ) -> Result<(), Error> {
        let mut records = BTreeMap::<String, (String, [Option<String>; 2])>::new();
        walker.walk_records(|entry| {
            for [key, system, object_type] in RECORD_COLUMNS {
                let Some(key) = entry.says(key).filter(|key| first_byte(key).is_some_and(|byte| slice.has(byte)))
                else {
                    continue;
                };
                if !records.contains_key(key.as_ref()) {
                    let is = [system, object_type].map(|column| entry.says(column).map(Cow::into_owned));
                    records.insert(key.into_owned(), (entry.time.clone(), is));
                }
            }
            Ok(())
        })?;
        for (key, (time, is)) in &records {
            let said = RECORD_ATTRIBUTES.into_iter().zip(is);
            let attributes =
                said.filter_map(|(name, value)| Some(ObjectAttribute { name, time, value: value.as_ref()? }));
            let id = relationship::record(key);
            let attributes = attributes.collect();
            self.add(out, &Object { id: &id, r#type: RECORD, attributes, relationships: &[] })?;
        }
        Ok(())
    }
}

fn candidate(case: &Case) -> Object<'_> {
    let time = case.proposed.as_deref().unwrap_or_default();
    let said = case.attributes.iter().map(|(name, value)| ObjectAttribute { name, time, value });
    let states = case.states.iter().map(|(state, time)| ObjectAttribute { name: "state", time, value: state });
    let attributes = said.chain(states).collect();
    Object { id: &case.name, r#type: CANDIDATE, attributes, relationships: &case.relationships }
}

/// Returns the first byte of a key in hexadecimal.
fn first_byte(key: &str) -> Option<u8> {
    u8::from_str_radix(key.get(..2)?, 16).ok()
}

fn write_events(out: &mut Out, walker: &mut Walker<'_, impl FnMut(Progress)>) -> Result<u64, Error> {
    let mut events = Items::open(out, "events")?;
    let mut count = 0;
    walker.walk(|entry| {
        count += 1;
        events.add(out, &event(entry))
    })?;
    events.close(out)?;
    Ok(count)
}

fn event<'a>(entry: &'a Entry<'_>) -> Event<'a> {
    Event {
        id: format!("entries/{}", entry.index),
        r#type: &entry.kind,
        time: &entry.time,
        attributes: entry.attributes().map(|(of, value)| EventAttribute { name: of.name, value }).collect(),
        relationships: of_event(entry),
    }
}
