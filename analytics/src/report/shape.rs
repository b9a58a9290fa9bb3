//! Shapes of payloads: which places payloads have as they were proposed, and the kinds of value there.
//!
//! They say where an edit could have been made, so that how often it was made can be told as a share.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

use polars::prelude::*;

use super::by::NOT_STATED;
use super::candidate::is_kind;
use super::tally::{Tally, counts, texts};

/// Columns that shapes are counted by.
const COUNTED_BY: [&str; 4] = ["proposer", "action_type", "week", "shape"];

/// Classes of a place that a member or an item can be put into.
const OPEN: [&str; 3] = ["object", "list", "empty"];

/// Beginning of the classes of texts, and the classes of shorter ones that are words as well.
const TEXTS: &str = "text of ";
const WORDS: [&str; 2] = ["word", "name-like"];

/// Places of a payload, each with the classes of the values there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    classes: BTreeMap<String, Vec<String>>,
}

impl Shape {
    /// Reads the fields of a payload as an export has them, one a line.
    pub(super) fn read(fields: &str) -> Self {
        let mut classes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (path, class) in fields.lines().filter_map(|field| field.split_once(' ')) {
            classes.entry(path.to_owned()).or_default().push(class.to_owned());
        }
        Self { classes }
    }

    /// Tells whether a value of this class could have been changed at this place; where it was `absent`, whether one could have been put there:
    /// what it goes into was there, filled or empty, and the place was free. A list always has room.
    pub(super) fn could_take(&self, path: &str, from: &str) -> bool {
        if from != "absent" {
            return self.at(path).any(|class| class == from);
        }
        let Some((parent, name)) = path.rsplit_once('/') else { return false };
        let is_many = name == "*" || name == "?";
        let is_free = || self.at(path).next().is_none() || self.at(path).any(|class| class == "absent");
        self.at(parent).any(|class| OPEN.contains(&class)) && (is_many || is_free())
    }

    /// Tells whether words stood at this place.
    pub(super) fn had_words(&self, path: &str) -> bool {
        self.at(path).any(|class| class.starts_with(TEXTS) || WORDS.contains(&class))
    }

    fn at(&self, path: &str) -> impl Iterator<Item = &str> {
        self.classes.get(path).into_iter().flatten().map(String::as_str)
    }
}

/// The shapes of a slice's proposals, each kept once.
#[derive(Default)]
pub(super) struct ShapeBook {
    numbers: HashMap<String, u32>,
    shapes: Vec<(String, OnceCell<Shape>)>,
}

impl ShapeBook {
    /// Notes the shape of every proposal of a part: a row for each, with `candidate` and the number of its `shape`.
    pub(super) fn note(&mut self, part: LazyFrame) -> PolarsResult<DataFrame> {
        let columns = ["candidate", "payload_fields"].map(col);
        let mut rows = part.filter(is_kind("candidate_proposed")).select(columns).collect()?;
        let mut text = String::new();
        let mut numbers = Vec::with_capacity(rows.height());
        for fields in rows.column("payload_fields")?.list()?.amortized_iter() {
            let Some(fields) = fields else {
                numbers.push(None);
                continue;
            };
            text.clear();
            for field in fields.as_ref().str()?.iter().flatten() {
                text.push_str(field);
                text.push('\n');
            }
            numbers.push(Some(self.number_of(&text)));
        }
        rows.with_column(Column::new("shape".into(), numbers))?;
        rows.drop("payload_fields")
    }

    fn number_of(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.shapes.len()).expect("invariant: a slice has fewer candidates than 2^32");
        self.numbers.insert(text.to_owned(), number);
        self.shapes.push((text.to_owned(), OnceCell::new()));
        number
    }

    /// Adds the flag `applies` to rows with a `shape`: whether what the row tells of the places in these columns could have happened to the
    /// payload as it was proposed.
    pub(super) fn mark_applicable<const N: usize>(
        &self,
        mut rows: DataFrame,
        places: [&str; N],
        applies: fn(&Shape, [&str; N]) -> bool,
    ) -> PolarsResult<DataFrame> {
        let places = places.map(|name| rows.column(name).and_then(Column::str));
        let places = places.into_iter().collect::<PolarsResult<Vec<_>>>()?;
        let shapes = rows.column("shape")?.u32()?;
        let flag = |row: usize| {
            let shape = self.shape(shapes.get(row)?);
            Some(applies(shape, std::array::from_fn(|column| places[column].get(row).unwrap_or_default())))
        };
        let flags: Vec<bool> = (0..rows.height()).map(|row| flag(row).unwrap_or(false)).collect();
        rows.with_column(Column::new("applies".into(), flags))?;
        Ok(rows)
    }

    /// Counts decided candidates by what [`Shapes`] are told by; rows have the number of a `shape`.
    pub(super) fn count(&self, decided: LazyFrame) -> PolarsResult<LazyFrame> {
        let stated = |name: &str| col(name).fill_null(lit(NOT_STATED));
        let keys = [stated("proposer"), stated("action_type"), stated("week"), col("shape")];
        let mut rows =
            decided.filter(col("shape").is_not_null()).group_by(keys).agg([len().alias("count")]).collect()?;
        let numbers = rows.column("shape")?.u32()?;
        let words: Vec<&str> = numbers.iter().flatten().map(|number| self.shapes[number as usize].0.as_str()).collect();
        rows.with_column(Column::new("shape".into(), words))?;
        Ok(rows.lazy())
    }

    fn shape(&self, number: u32) -> &Shape {
        let (text, shape) = &self.shapes[number as usize];
        shape.get_or_init(|| Shape::read(text))
    }
}

/// How many decided candidates were proposed with payloads of which shape.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    by_proposer: BTreeMap<(String, String), Vec<Counted>>,
}

#[derive(Debug)]
struct Counted {
    week: String,
    shape: Shape,
    count: u64,
}

/// Starts the tally of shapes.
pub(super) fn tally() -> Tally {
    Tally::new(&COUNTED_BY, &["count"])
}

impl Shapes {
    /// Reads a tally.
    pub(super) fn read(tally: Tally) -> PolarsResult<Self> {
        let total = tally.total()?;
        let counts = counts(&total, "count")?;
        let [proposers, action_types, weeks, shapes] = COUNTED_BY.map(|name| texts(&total, name));
        let keys = proposers?.into_iter().zip(action_types?);
        let counted = weeks?.into_iter().zip(shapes?).zip(counts);
        let mut by_proposer: BTreeMap<(String, String), Vec<Counted>> = BTreeMap::new();
        for (key, ((week, shape), count)) in keys.zip(counted) {
            by_proposer.entry(key).or_default().push(Counted { week, shape: Shape::read(&shape), count });
        }
        Ok(Self { by_proposer })
    }

    /// Counts the decided candidates of an action type whose shape fits, of one proposer or of all.
    pub(super) fn count(&self, proposer: Option<&str>, action_type: &str, fits: impl Fn(&Shape) -> bool) -> u64 {
        self.of(proposer, action_type).filter(|counted| fits(&counted.shape)).map(|counted| counted.count).sum()
    }

    /// Counts those of one proposer apart: proposed in weeks up to this one, and later.
    pub(super) fn count_around(
        &self,
        proposer: &str,
        action_type: &str,
        week: &str,
        fits: impl Fn(&Shape) -> bool,
    ) -> [u64; 2] {
        let mut around = [0; 2];
        for counted in self.of(Some(proposer), action_type).filter(|counted| fits(&counted.shape)) {
            around[usize::from(counted.week.as_str() > week)] += counted.count;
        }
        around
    }

    fn of<'s>(&'s self, proposer: Option<&'s str>, action_type: &'s str) -> impl Iterator<Item = &'s Counted> {
        let wanted =
            move |(by, of): &(String, String)| of == action_type && proposer.is_none_or(|proposer| proposer == by);
        self.by_proposer.iter().filter(move |(key, _)| wanted(key)).flat_map(|(_, counted)| counted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Shape {
        Shape::read(
            " object\n/due date\n/note empty\n/tags list\n/tags/* word\n/items list\n/items/* object\n/items/*/n absent\n/items/*/n number\n",
        )
    }

    #[test]
    fn what_stands_there_can_be_changed() {
        assert!(shape().could_take("/due", "date") && shape().could_take("", "object"));
        assert!(!shape().could_take("/due", "time") && !shape().could_take("/owner", "date"));
        assert!(!shape().could_take("/due", "not known"));
    }

    #[test]
    fn what_is_not_there_can_be_put_where_there_is_room() {
        assert!(shape().could_take("/owner", "absent"));
        assert!(!shape().could_take("/due", "absent"), "it is taken");
        assert!(shape().could_take("/tags/*", "absent"), "a list has room");
        assert!(shape().could_take("/items/*/n", "absent"), "an item has none");
        assert!(!shape().could_take("/people/*", "absent"), "there is no such list");
        assert!(shape().could_take("/note/author", "absent"), "what is empty can be filled");
        assert!(!shape().could_take("", "absent"));
    }

    #[test]
    fn words_are_words_and_texts_of_any_length() {
        assert!(shape().had_words("/tags/*") && !shape().had_words("/due"));
        assert!(Shape::read("/body text of over 100 words\n").had_words("/body"));
    }
}
