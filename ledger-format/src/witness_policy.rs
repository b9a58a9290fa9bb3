//! Which cosignatures make a checkpoint witnessed (C2SP tlog-policy): logs, witnesses, groups of them, and the quorum.

use std::collections::{BTreeMap, BTreeSet};

use crate::cosignature::WitnessKey;
use crate::key::{self, VerifyingKey};

/// Most logs, most witnesses, most groups of a policy.
pub const DEFINED_MAX: usize = 256;

/// A parsed policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessPolicy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    quorum: Quorum,
}

/// A log whose checkpoints are valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the name is its origin.
    pub key: VerifyingKey,
    /// Where it is.
    pub url: Option<String>,
}

/// A witness that may count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// What the policy calls it.
    pub name: String,
    /// Its key.
    pub key: WitnessKey,
    /// Where checkpoints are submitted to it: the URL before `/add-checkpoint`.
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    threshold: usize,
    members: Vec<Member>,
}

/// A witness or an earlier group, by its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// Whose cosignatures are enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quorum {
    Nobody,
    Of(Member),
}

impl WitnessPolicy {
    /// Parses a policy file.
    ///
    /// # Errors
    ///
    /// Names the line, and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut reading = Reading::default();
        for (position, line) in text.split('\n').enumerate() {
            let number = position + 1;
            reading.line(line).map_err(|what| Error::Line { number, what })?;
        }
        reading.policy()
    }

    /// Returns the logs.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// Returns the witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Tells whether the witnesses at these positions of [`WitnessPolicy::witnesses`] are enough.
    pub fn is_met_by(&self, cosigners: &BTreeSet<usize>) -> bool {
        match self.quorum {
            Quorum::Nobody => true,
            Quorum::Of(member) => self.has_witnessed(member, cosigners),
        }
    }

    fn has_witnessed(&self, member: Member, cosigners: &BTreeSet<usize>) -> bool {
        match member {
            Member::Witness(position) => cosigners.contains(&position),
            // A group knows earlier ones only, so this ends.
            Member::Group(position) => {
                let Group { threshold, members } = &self.groups[position];
                members.iter().filter(|member| self.has_witnessed(**member, cosigners)).count() >= *threshold
            }
        }
    }
}

/// A file that is being read.
#[derive(Debug, Default)]
struct Reading<'t> {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    names: BTreeMap<&'t str, Member>,
    taken: BTreeSet<&'t str>,
    /// The quorum, once its line was read.
    quorum: Option<Quorum>,
}

impl<'t> Reading<'t> {
    fn line(&mut self, line: &'t str) -> Result<(), What> {
        if line.bytes().any(|byte| (byte < b' ' && byte != b'\t') || byte == 0x7f) {
            return Err(What::ControlCharacter);
        }
        let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
        let Some(keyword) = words.next().filter(|word| !word.starts_with('#')) else { return Ok(()) };
        let words: Vec<&str> = words.collect();
        match (keyword, words.as_slice()) {
            ("log", [key]) => self.log(key, None),
            ("log", [key, url]) => self.log(key, Some(url)),
            ("witness", [name, key]) => self.witness(name, key, None),
            ("witness", [name, key, url]) => self.witness(name, key, Some(url)),
            ("group", [name, threshold, members @ ..]) if !members.is_empty() => self.group(name, threshold, members),
            ("quorum", [name]) => self.quorum(name),
            ("log" | "witness" | "group" | "quorum", _) => Err(What::Form),
            _ => Err(What::Keyword { found: keyword.chars().take(40).collect() }),
        }
    }

    fn log(&mut self, key: &str, url: Option<&&str>) -> Result<(), What> {
        let key: VerifyingKey = key.parse()?;
        if self.logs.iter().any(|log| log.key.public_key() == key.public_key()) {
            return Err(What::KeyTwice);
        }
        check_count(self.logs.len())?;
        self.logs.push(PolicyLog { key, url: url.map(|url| (*url).to_owned()) });
        Ok(())
    }

    fn witness(&mut self, name: &'t str, key: &str, url: Option<&&str>) -> Result<(), What> {
        let key: WitnessKey = key.parse()?;
        if self.witnesses.iter().any(|witness| witness.key.public_key() == key.public_key()) {
            return Err(What::KeyTwice);
        }
        check_count(self.witnesses.len())?;
        self.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness { name: name.to_owned(), key, url: url.map(|url| (*url).to_owned()) });
        Ok(())
    }

    fn group(&mut self, name: &'t str, threshold: &str, members: &[&'t str]) -> Result<(), What> {
        let threshold = match threshold {
            "any" => 1,
            "all" => members.len(),
            number => number
                .parse()
                .ok()
                .filter(|k: &usize| (1..=members.len()).contains(k) && k.to_string() == number)
                .ok_or(What::Threshold { members: members.len() })?,
        };
        check_count(self.groups.len())?;
        let mut resolved = Vec::with_capacity(members.len());
        for member in members {
            resolved.push(*self.names.get(member).ok_or_else(|| What::unknown(member))?);
            if !self.taken.insert(member) {
                return Err(What::MemberTwice { name: (*member).to_owned() });
            }
        }
        self.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { threshold, members: resolved });
        Ok(())
    }

    fn quorum(&mut self, name: &str) -> Result<(), What> {
        if self.quorum.is_some() {
            return Err(What::QuorumTwice);
        }
        self.quorum = Some(match name {
            "none" => Quorum::Nobody,
            name => Quorum::Of(*self.names.get(name).ok_or_else(|| What::unknown(name))?),
        });
        Ok(())
    }

    fn define(&mut self, name: &'t str, member: Member) -> Result<(), What> {
        if name == "none" || self.names.contains_key(name) {
            return Err(What::NameTaken { name: name.to_owned() });
        }
        self.names.insert(name, member);
        Ok(())
    }

    fn policy(self) -> Result<WitnessPolicy, Error> {
        let quorum = self.quorum.ok_or(Error::NoQuorum)?;
        Ok(WitnessPolicy { logs: self.logs, witnesses: self.witnesses, groups: self.groups, quorum })
    }
}

fn check_count(count: usize) -> Result<(), What> {
    if count < DEFINED_MAX { Ok(()) } else { Err(What::TooMany) }
}

/// Why a text is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A line is wrong.
    #[error("line `{number}`: {what}")]
    Line {
        /// Its number, from 1.
        number: usize,
        /// What is wrong with it.
        what: What,
    },
    /// Nothing says which cosignatures are enough.
    #[error("there is no `quorum` line: end the file with one that names a witness, a group, or `none`")]
    NoQuorum,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum What {
    /// A control character other than tab.
    #[error("it holds a control character: write it in plain text, with spaces and tabs")]
    ControlCharacter,
    /// It begins with something else.
    #[error("`{found}` begins no line of a policy: write `log`, `witness`, `group`, `quorum` or `#`")]
    Keyword {
        /// The first word.
        found: String,
    },
    /// Too few or too many words.
    #[error(
        "write `log <vkey> [<url>]`, `witness <name> <vkey> [<url>]`, `group <name> <all|any|k> <name>...` or `quorum <name|none>`"
    )]
    Form,
    /// A key does not parse.
    #[error(transparent)]
    Key(#[from] key::Error),
    /// A public key stands twice.
    #[error("its public key stands on an earlier line: list each log and each witness once")]
    KeyTwice,
    /// A name is defined twice, or is `none`.
    #[error("the name `{name}` is taken: choose another")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A name is not defined on a line before.
    #[error("`{name}` is not defined on a line before: define it first")]
    Unknown {
        /// The name.
        name: String,
    },
    /// The threshold is no number of members.
    #[error("the threshold is not `all`, `any` or a number from 1 to `{members}`")]
    Threshold {
        /// How many members there are.
        members: usize,
    },
    /// A name is a member of two groups.
    #[error("`{name}` is a member already: each name counts in one group")]
    MemberTwice {
        /// The name.
        name: String,
    },
    /// There are two quorum lines.
    #[error("there is a `quorum` line already: keep one")]
    QuorumTwice,
    /// More than any policy needs.
    #[error("more than `{DEFINED_MAX}` of a kind: split the policy")]
    TooMany,
}

impl What {
    fn unknown(name: &str) -> Self {
        Self::Unknown { name: name.chars().take(100).collect() }
    }
}
