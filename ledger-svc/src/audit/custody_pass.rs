use std::collections::{BTreeMap, HashMap, HashSet};

use countersign_api::name::Workspace;
use futures::TryStreamExt;
use ledger_format::{
    ContentKey, Hash, Leaf,
    custody::{CONTENT_ERASED, LEGAL_HOLD_PLACED, LEGAL_HOLD_RELEASED, content_subject},
};

use super::{
    Extent, What,
    extents::workspace as parse_workspace,
    fault::{Fault, Source, Trouble},
    place::{CONTENT_KEYS, LEGAL_HOLDS, SUBJECT_KEYS, Table, row_of_entry},
    typed::Typed,
};
use crate::store::raw::{RawContentKey, RawFile, RawHold, RawSubjectKey, Value};

/// The keys of all subjects, as ledger and key store have them, and the holds: what entries are opened with and held against.
///
/// In memory for as long as a verification runs: about 200 bytes a subject.
#[derive(Debug, Default)]
pub(super) struct Custody {
    /// Secrets by their numbers.
    secrets: HashMap<u64, ContentKey>,
    /// Numbers of those that stand in the file after the ledger's moment.
    there_still: HashSet<u64>,
    /// Rows of `subject_keys` by the number of the key.
    keys: HashMap<u64, SubjectKey>,
    /// Rows of `legal_holds`: workspace, subject, placing entry, releasing entry.
    holds: BTreeMap<(String, String, u64), Option<u64>>,
}

#[derive(Debug, Clone)]
struct SubjectKey {
    workspace: String,
    subject: String,
    first_index: u64,
    erasure_index: Option<u64>,
    /// Whether the entry that it begins with was read.
    is_founded: bool,
}

/// What the leaves of one log said about contents so far.
#[derive(Debug, Default)]
pub(super) struct CustodyOfLog {
    /// The last erasure of each subject that the log read so far has, to come from here on.
    erased: HashMap<String, u64>,
    /// How many erasures it has.
    pub(super) erasures: u64,
    holds: usize,
    releases: usize,
}

/// What is there of an entry's content.
pub(super) enum Opened {
    Kept { salt: ledger_format::Salt, content: Vec<u8> },
    Erased,
}

impl Custody {
    /// Reads the file of keys, each key held against its fingerprint, before the ledger's moment.
    pub(super) async fn read_keys(&mut self, source: Source<'_>) -> Result<(), Trouble> {
        self.secrets = read_file(source).await?;
        Ok(())
    }

    /// Reads it again after that moment: adds what was drawn meanwhile, and notes what is there still.
    pub(super) async fn read_keys_since(&mut self, source: Source<'_>) -> Result<(), Trouble> {
        let later = read_file(source).await?;
        self.there_still = later.keys().copied().collect();
        self.secrets.extend(later);
        Ok(())
    }

    /// Reads which subjects have which keys, and the holds.
    pub(super) async fn read_ledger(&mut self, source: Source<'_>, ledger: &mut RawFile) -> Result<(), Trouble> {
        {
            let mut rows = ledger.subject_keys();
            while let Some(row) = rows.try_next().await.map_err(source.refuse(SUBJECT_KEYS.name))? {
                let (number, key) = read_subject_key(&row)?;
                if self.keys.insert(number, key).is_some() {
                    return Err(of_subject_key(&row, What::CustodyUnfounded).into());
                }
            }
        }
        for row in ledger.legal_holds().await.map_err(source.refuse(LEGAL_HOLDS.name))? {
            let (hold, released) = read_hold(&row)?;
            if self.holds.insert(hold, released).is_some() {
                return Err(of_hold(&row, What::CustodyUnfounded).into());
            }
        }
        Ok(())
    }

    /// Opens what is stored of an entry's content, as far as the log says that it is there.
    pub(super) fn open(
        &mut self,
        log: &str,
        index: u64,
        leaf: &Leaf<&str>,
        leaf_hash: &Hash,
        content_key: u64,
        sealed: &[u8],
    ) -> Result<Opened, Fault> {
        let of_entry = |column, what| Typed::new(super::place::ENTRIES, column).fault(what);
        let subject = content_subject(leaf.kind, leaf.subject, index);
        let Some(key) = self.keys.get_mut(&content_key) else {
            return Err(of_entry("content_key", What::KeyOfOther { found: content_key }));
        };
        if key.workspace != log || key.subject != subject || key.first_index > index {
            return Err(of_entry("content_key", What::KeyOfOther { found: content_key }));
        }
        key.is_founded |= key.first_index == index;
        match (key.erasure_index, self.secrets.get(&content_key)) {
            (Some(erasure_index), _) if !sealed.is_empty() => {
                Err(of_entry("sealed", What::SealPutBack { erasure_index }))
            }
            (Some(_), _) => Ok(Opened::Erased),
            (None, _) if sealed.is_empty() => Err(of_entry("sealed", What::SealLost)),
            (None, None) => Err(Fault::of_table(CONTENT_KEYS, What::KeyLost { content_key })
                .in_row(|| format!("number = {content_key}"))),
            (None, Some(secret)) => {
                let opened = secret.open(leaf_hash, sealed);
                let (salt, content) = opened.map_err(|_| of_entry("sealed", What::SealBroken { content_key }))?;
                Ok(Opened::Kept { salt, content })
            }
        }
    }

    /// Takes in what an entry says about the contents of others.
    pub(super) fn note(
        &self,
        log: &str,
        index: u64,
        leaf: &Leaf<&str>,
        of_log: &mut CustodyOfLog,
    ) -> Result<(), Fault> {
        let hold = |index| (log.to_owned(), leaf.subject.to_owned(), index);
        match leaf.kind {
            CONTENT_ERASED => {
                of_log.erasures += 1;
                of_log.erased.insert(leaf.subject.to_owned(), index);
            }
            LEGAL_HOLD_PLACED => {
                of_log.holds += 1;
                if !self.holds.contains_key(&hold(index)) {
                    return Err(lost(LEGAL_HOLDS, index));
                }
            }
            LEGAL_HOLD_RELEASED => {
                of_log.releases += 1;
                let mut of_subject = self.holds.range(hold(0)..hold(index));
                if !of_subject.any(|(_, released)| *released == Some(index)) {
                    return Err(lost(LEGAL_HOLDS, index));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Holds the rows about one log against what its leaves said.
    pub(super) async fn end(
        &self,
        workspace: &Workspace,
        size: u64,
        of_log: &CustodyOfLog,
        source: Source<'_>,
        ledger: &mut RawFile,
    ) -> Result<(), Trouble> {
        let log = workspace.id();
        for (number, key) in self.keys.iter().filter(|(_, key)| key.workspace == log) {
            let here = |fault: Fault| {
                Trouble::from(fault).at(Extent::span(log, key.first_index.min(size), key.first_index + 1))
            };
            let of_row = |what| {
                let fault = Fault::of_table(SUBJECT_KEYS, what);
                fault.in_row(|| row_of_subject_key(log, &key.subject, key.first_index))
            };
            if !key.is_founded {
                return Err(here(of_row(What::CustodyUnfounded)));
            }
            // The subject's last erasure in the log decides: keys from before it are erased, the one after it is not.
            let last = of_log.erased.get(&key.subject).copied();
            let erased = match key.erasure_index {
                Some(erasure) => {
                    let is_founded = erasure > key.first_index
                        && last.is_some_and(|last| erasure <= last)
                        && self.is_erasure(workspace, erasure, &key.subject, source, ledger).await?;
                    if !is_founded {
                        return Err(here(of_row(What::CustodyUnfounded).in_column("erasure_index")));
                    }
                    Some(erasure)
                }
                None if last.is_some_and(|last| last > key.first_index) => {
                    return Err(here(
                        of_row(What::CustodyLost { index: last.unwrap_or_default() }).in_column("erasure_index"),
                    ));
                }
                None => None,
            };
            if let Some(erasure_index) = erased
                && self.there_still.contains(number)
            {
                let what = What::KeyNotDestroyed { content_key: *number, erasure_index };
                return Err(here(Fault::of_table(CONTENT_KEYS, what).in_row(|| format!("number = {number}"))));
            }
        }
        self.check_holds(log, size, of_log)?;
        Ok(())
    }

    /// Tells whether the entry at an index erases this subject.
    async fn is_erasure(
        &self,
        workspace: &Workspace,
        index: u64,
        subject: &str,
        source: Source<'_>,
        ledger: &mut RawFile,
    ) -> Result<bool, Trouble> {
        let Ok(index) = i64::try_from(index) else { return Ok(false) };
        let found = ledger.leaf_at(workspace, index).await.map_err(source.refuse(super::place::ENTRIES.name))?;
        let Some((Value::Blob(leaf), _)) = found else { return Ok(false) };
        Ok(Leaf::decode(&leaf).is_ok_and(|leaf| leaf.kind == CONTENT_ERASED && leaf.subject == subject))
    }

    fn check_holds(&self, log: &str, size: u64, of_log: &CustodyOfLog) -> Result<(), Trouble> {
        let of_this = || self.holds.iter().filter(|((workspace, _, _), _)| workspace == log);
        let released = of_this().filter(|(_, released)| released.is_some()).count();
        if of_this().count() != of_log.holds || released != of_log.releases {
            let fault = Fault::of_table(LEGAL_HOLDS, What::CustodyUnfounded);
            return Err(Trouble::from(fault).at(Extent::span(log, 0, size)));
        }
        Ok(())
    }

    /// Finds a row that is of none of the logs that were read.
    pub(super) fn check_strangers(&self, logs: &[&str]) -> Result<(), Fault> {
        let is_known = |workspace: &str| logs.contains(&workspace);
        if let Some(key) = self.keys.values().find(|key| !is_known(&key.workspace)) {
            let fault =
                Typed::new(SUBJECT_KEYS, "workspace").fault(What::NoWorkspace { workspace: key.workspace.clone() });
            return Err(fault.in_row(|| row_of_subject_key(&key.workspace, &key.subject, key.first_index)));
        }
        match self.holds.keys().find(|(workspace, _, _)| !is_known(workspace)) {
            Some((workspace, _, _)) => {
                Err(Typed::new(LEGAL_HOLDS, "workspace").fault(What::NoWorkspace { workspace: workspace.clone() }))
            }
            None => Ok(()),
        }
    }
}

pub(super) async fn read_file(source: Source<'_>) -> Result<HashMap<u64, ContentKey>, Trouble> {
    let mut secrets = HashMap::new();
    let mut file = RawFile::open_keys(source.location).await.map_err(source.refuse_to_open())?;
    {
        let mut rows = file.content_keys();
        while let Some(row) = rows.try_next().await.map_err(source.refuse(CONTENT_KEYS.name))? {
            let (number, key) = read_key(&row)?;
            if secrets.insert(number, key).is_some() {
                return Err(of_key(&row, What::KeyChanged).into());
            }
        }
    }
    file.close().await.map_err(source.refuse_to_open())?;
    Ok(secrets)
}

fn lost(table: Table, index: u64) -> Fault {
    Fault::of_table(table, What::CustodyLost { index })
}

fn read_key(row: &RawContentKey) -> Result<(u64, ContentKey), Fault> {
    let here = |fault: Fault| fault.in_row(|| format!("number = {}", row.number));
    let number = Typed::new(CONTENT_KEYS, "number").count(&row.number).map_err(here)?;
    let key = ContentKey::new(Typed::new(CONTENT_KEYS, "secret").array(&row.secret).map_err(here)?);
    let fingerprint = Typed::new(CONTENT_KEYS, "fingerprint").hash(&row.fingerprint).map_err(here)?;
    if key.fingerprint(number) == fingerprint { Ok((number, key)) } else { Err(of_key(row, What::KeyChanged)) }
}

fn of_key(row: &RawContentKey, what: What) -> Fault {
    Fault::of_table(CONTENT_KEYS, what).in_row(|| format!("number = {}", row.number))
}

fn read_subject_key(row: &RawSubjectKey) -> Result<(u64, SubjectKey), Fault> {
    let here = |fault: Fault| of_row(fault, row);
    let column = |name| Typed::new(SUBJECT_KEYS, name);
    let workspace = column("workspace");
    let log = parse_workspace(&row.workspace)
        .ok_or_else(|| here(workspace.fault(What::NoWorkspace { workspace: row.workspace.to_string() })))?;
    let erasure_index = match &row.erasure_index {
        Value::Null => None,
        value => Some(column("erasure_index").count(value).map_err(here)?),
    };
    let key = SubjectKey {
        workspace: log.id().to_owned(),
        subject: column("subject").text(&row.subject).map_err(here)?.to_owned(),
        first_index: column("first_index").count(&row.first_index).map_err(here)?,
        erasure_index,
        is_founded: false,
    };
    Ok((column("content_key").count(&row.content_key).map_err(here)?, key))
}

fn of_subject_key(row: &RawSubjectKey, what: What) -> Fault {
    of_row(Fault::of_table(SUBJECT_KEYS, what), row)
}

fn of_row(fault: Fault, row: &RawSubjectKey) -> Fault {
    let RawSubjectKey { workspace, subject, first_index, .. } = row;
    fault.in_row(|| format!("workspace = '{workspace}' AND subject = '{subject}' AND first_index = {first_index}"))
}

fn row_of_subject_key(workspace: &str, subject: &str, first_index: u64) -> String {
    format!("workspace = '{workspace}' AND subject = '{subject}' AND first_index = {first_index}")
}

type HoldKey = (String, String, u64);

fn read_hold(row: &RawHold) -> Result<(HoldKey, Option<u64>), Fault> {
    let here = |fault: Fault| in_hold(fault, row);
    let column = |name| Typed::new(LEGAL_HOLDS, name);
    let released = match &row.released_index {
        Value::Null => None,
        value => Some(column("released_index").count(value).map_err(here)?),
    };
    let log = parse_workspace(&row.workspace)
        .ok_or_else(|| here(column("workspace").fault(What::NoWorkspace { workspace: row.workspace.to_string() })))?;
    let subject = column("subject").text(&row.subject).map_err(here)?.to_owned();
    let placed = column("placed_index").count(&row.placed_index).map_err(here)?;
    Ok(((log.id().to_owned(), subject, placed), released))
}

fn of_hold(row: &RawHold, what: What) -> Fault {
    in_hold(Fault::of_table(LEGAL_HOLDS, what), row)
}

fn in_hold(fault: Fault, row: &RawHold) -> Fault {
    let RawHold { workspace, subject, placed_index, .. } = row;
    fault.in_row(|| format!("workspace = '{workspace}' AND subject = '{subject}' AND placed_index = {placed_index}"))
}

/// Names the row of an entry whose content is in doubt.
pub(super) fn at_entry(fault: Fault, log: &str, index: u64) -> super::Finding {
    fault.in_row(|| row_of_entry(log, index)).at(Extent::span(log, index, index + 1))
}
