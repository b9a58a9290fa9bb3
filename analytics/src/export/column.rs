//! The types that a column of a part can have: what a row gives for it, and how the values of many rows become polars columns.

use std::borrow::Cow;

use polars::prelude::*;

use super::edit::{Edit, Wording};

/// A word or pseudonym in a row: borrowed from the event wherever that is possible.
pub type Word<'a> = Option<Cow<'a, str>>;

/// Several words in a row.
pub type Words<'a> = Option<Vec<Cow<'a, str>>>;

/// A type of column.
pub(super) trait ColumnType {
    /// What the Parquet file calls it.
    const PARQUET: &'static str;
    /// What a row gives.
    type Value<'a>;
    /// What gathers the values.
    type Builder: Send;

    /// Starts a builder for about `rows` rows.
    fn start(name: &str, rows: usize) -> Self::Builder;

    /// Adds the value of the row with this number, from 0; rows come in order.
    fn push(builder: &mut Self::Builder, row: IdxSize, value: Self::Value<'_>);

    /// Ends the gathering after so many rows: the columns, in the order of the schema.
    ///
    /// # Errors
    ///
    /// When polars cannot spread the values over the rows, which would be a fault of this module.
    fn finish(builder: Self::Builder, rows: usize, columns: &mut Vec<Column>) -> PolarsResult<()>;
}

/// An unsigned number that every row has.
pub(super) struct Number;

/// An unsigned number that a row may have.
pub(super) struct Index;

/// A small whole number that a row may have.
pub(super) struct Count;

/// A point in time that a row may have: microseconds since the Unix epoch, UTC.
pub(super) struct Time;

/// A yes or no that a row may have.
pub(super) struct Flag;

/// A word that a row may have.
pub(super) struct Text;

/// A list of words that a row may have.
pub(super) struct TextList;

/// Bytes that every row has.
pub(super) struct Bytes;

/// The generalized changes of an edit, one list column for each of their facts.
pub(super) struct Edits;

/// What an edit did to the words of texts, one list column for each fact.
pub(super) struct Wordings;

/// Gathers the values of a column that most rows have none in: only what is there takes time and room.
pub(super) struct Sparse<B> {
    values: B,
    /// The rows that have one, in order.
    rows: Vec<IdxSize>,
}

impl<B> Sparse<B> {
    const fn new(values: B) -> Self {
        Self { values, rows: Vec::new() }
    }

    /// Notes that a row has a value, and gives what takes it.
    fn at(&mut self, row: IdxSize) -> &mut B {
        self.rows.push(row);
        &mut self.values
    }
}

/// Spreads the values of some rows over all of them; the others are null.
fn spread(values: Column, at: &[IdxSize], rows: usize) -> PolarsResult<Column> {
    if at.len() == rows {
        return Ok(values);
    }
    if at.is_empty() {
        return Ok(Column::full_null(values.name().clone(), rows, values.dtype()));
    }
    let mut places: Vec<Option<IdxSize>> = vec![None; rows];
    for (value, &row) in (0..).zip(at) {
        places[row as usize] = Some(value);
    }
    values.take(&IdxCa::from_iter(places))
}

impl ColumnType for Number {
    const PARQUET: &'static str = "UINT64";
    type Value<'a> = u64;
    type Builder = PrimitiveChunkedBuilder<UInt64Type>;

    fn start(name: &str, rows: usize) -> Self::Builder {
        PrimitiveChunkedBuilder::new(name.into(), rows)
    }

    fn push(builder: &mut Self::Builder, _: IdxSize, value: u64) {
        builder.append_value(value);
    }

    fn finish(builder: Self::Builder, _: usize, columns: &mut Vec<Column>) -> PolarsResult<()> {
        columns.push(builder.finish().into_column());
        Ok(())
    }
}

impl ColumnType for Bytes {
    const PARQUET: &'static str = "BINARY";
    type Value<'a> = &'a [u8];
    type Builder = BinaryChunkedBuilder;

    fn start(name: &str, rows: usize) -> Self::Builder {
        BinaryChunkedBuilder::new(name.into(), rows)
    }

    fn push(builder: &mut Self::Builder, _: IdxSize, value: &[u8]) {
        builder.append_value(value);
    }

    fn finish(builder: Self::Builder, _: usize, columns: &mut Vec<Column>) -> PolarsResult<()> {
        columns.push(builder.finish().into_column());
        Ok(())
    }
}

impl ColumnType for Index {
    const PARQUET: &'static str = "UINT64";
    type Value<'a> = Option<u64>;
    type Builder = Sparse<PrimitiveChunkedBuilder<UInt64Type>>;

    fn start(name: &str, _: usize) -> Self::Builder {
        Sparse::new(PrimitiveChunkedBuilder::new(name.into(), 0))
    }

    fn push(builder: &mut Self::Builder, row: IdxSize, value: Option<u64>) {
        if let Some(value) = value {
            builder.at(row).append_value(value);
        }
    }

    fn finish(builder: Self::Builder, rows: usize, columns: &mut Vec<Column>) -> PolarsResult<()> {
        columns.push(spread(builder.values.finish().into_column(), &builder.rows, rows)?);
        Ok(())
    }
}

impl ColumnType for Count {
    const PARQUET: &'static str = "INT32";
    type Value<'a> = Option<i32>;
    type Builder = Sparse<PrimitiveChunkedBuilder<Int32Type>>;

    fn start(name: &str, _: usize) -> Self::Builder {
        Sparse::new(PrimitiveChunkedBuilder::new(name.into(), 0))
    }

    fn push(builder: &mut Self::Builder, row: IdxSize, value: Option<i32>) {
        if let Some(value) = value {
            builder.at(row).append_value(value);
        }
    }

    fn finish(builder: Self::Builder, rows: usize, columns: &mut Vec<Column>) -> PolarsResult<()> {
        columns.push(spread(builder.values.finish().into_column(), &builder.rows, rows)?);
        Ok(())
    }
}

impl ColumnType for Time {
    const PARQUET: &'static str = "TIMESTAMP";
    type Value<'a> = Option<i64>;
    type Builder = Sparse<PrimitiveChunkedBuilder<Int64Type>>;

    fn start(name: &str, _: usize) -> Self::Builder {
        Sparse::new(PrimitiveChunkedBuilder::new(name.into(), 0))
    }

    fn push(builder: &mut Self::Builder, row: IdxSize, value: Option<i64>) {
        if let Some(value) = value {
            builder.at(row).append_value(value);
        }
    }

    fn finish(builder: Self::Builder, rows: usize, columns: &mut Vec<Column>) -> PolarsResult<()> {
        let values = builder.values.finish().into_datetime(TimeUnit::Microseconds, None);
        columns.push(spread(values.into_column(), &builder.rows, rows)?);
        Ok(())
    }
}

impl ColumnType for Flag {
    const PARQUET: &'static str = "BOOLEAN";
    type Value<'a> = Option<bool>;
    type Builder = Sparse<BooleanChunkedBuilder>;

    fn start(name: &str, _: usize) -> Self::Builder {
        Sparse::new(BooleanChunkedBuilder::new(name.into(), 0))
    }

    fn push(builder: &mut Self::Builder, row: IdxSize, value: Option<bool>) {
        if let Some(value) = value {
            builder.at(row).append_value(value);
        }
    }

    fn finish(builder: Self::Builder, rows: usize, columns: &mut Vec<Column>) -> PolarsResult<()> {
        columns.push(spread(builder.values.finish().into_column(), &builder.rows, rows)?);
        Ok(())
    }
}

impl ColumnType for Text {
    const PARQUET: &'static str = "STRING";
    type Value<'a> = Word<'a>;
    type Builder = Sparse<StringChunkedBuilder>;

    fn start(name: &str, _: usize) -> Self::Builder {
        Sparse::new(StringChunkedBuilder::new(name.into(), 0))
    }

    fn push(builder: &mut Self::Builder, row: IdxSize, value: Word<'_>) {
        if let Some(value) = value {
            builder.at(row).append_value(&*value);
        }
    }

    fn finish(builder: Self::Builder, rows: usize, columns: &mut Vec<Column>) -> PolarsResult<()> {
        columns.push(spread(builder.values.finish().into_column(), &builder.rows, rows)?);
        Ok(())
    }
}

impl ColumnType for TextList {
    const PARQUET: &'static str = "LIST of STRING";
    type Value<'a> = Words<'a>;
    type Builder = Sparse<ListStringChunkedBuilder>;

    fn start(name: &str, _: usize) -> Self::Builder {
        Sparse::new(ListStringChunkedBuilder::new(name.into(), 0, 0))
    }

    fn push(builder: &mut Self::Builder, row: IdxSize, words: Words<'_>) {
        if let Some(words) = words {
            builder.at(row).append_values_iter(words.iter().map(AsRef::as_ref));
        }
    }

    fn finish(mut builder: Self::Builder, rows: usize, columns: &mut Vec<Column>) -> PolarsResult<()> {
        columns.push(spread(builder.values.finish().into_column(), &builder.rows, rows)?);
        Ok(())
    }
}

/// Gathers the lists of [`Edits`].
pub(super) struct EditLists {
    path: ListStringChunkedBuilder,
    operation: ListStringChunkedBuilder,
    from: ListStringChunkedBuilder,
    to: ListStringChunkedBuilder,
    shift_days: ListPrimitiveChunkedBuilder<Int32Type>,
    value: ListStringChunkedBuilder,
}

impl ColumnType for Edits {
    const PARQUET: &'static str = "LIST";
    type Value<'a> = Option<&'a [Edit]>;
    type Builder = Sparse<EditLists>;

    fn start(name: &str, _: usize) -> Self::Builder {
        let text = |fact| ListStringChunkedBuilder::new(format!("{name}_{fact}").into(), 0, 0);
        let shift_days = format!("{name}_shift_days").into();
        Sparse::new(EditLists {
            path: text("path"),
            operation: text("operation"),
            from: text("from"),
            to: text("to"),
            shift_days: ListPrimitiveChunkedBuilder::new(shift_days, 0, 0, DataType::Int32),
            value: text("value"),
        })
    }

    fn push(builder: &mut Self::Builder, row: IdxSize, edits: Option<&[Edit]>) {
        let Some(edits) = edits else { return };
        let lists = builder.at(row);
        lists.path.append_values_iter(edits.iter().map(|edit| edit.path.as_str()));
        lists.operation.append_values_iter(edits.iter().map(|edit| edit.operation.as_str()));
        lists.from.append_values_iter(edits.iter().map(|edit| edit.from.as_str()));
        lists.to.append_values_iter(edits.iter().map(|edit| edit.to.as_str()));
        lists.shift_days.append_iter(edits.iter().map(|edit| edit.shift_days));
        lists.value.append_trusted_len_iter(edits.iter().map(|edit| edit.value.as_deref()));
    }

    fn finish(builder: Self::Builder, rows: usize, columns: &mut Vec<Column>) -> PolarsResult<()> {
        let Sparse { values: mut lists, rows: at } = builder;
        for list in [
            lists.path.finish(),
            lists.operation.finish(),
            lists.from.finish(),
            lists.to.finish(),
            lists.shift_days.finish(),
            lists.value.finish(),
        ] {
            columns.push(spread(list.into_column(), &at, rows)?);
        }
        Ok(())
    }
}

/// Gathers the lists of [`Wordings`].
pub(super) struct WordingLists {
    path: ListStringChunkedBuilder,
    change: ListStringChunkedBuilder,
    from: ListStringChunkedBuilder,
    to: ListStringChunkedBuilder,
}

impl ColumnType for Wordings {
    const PARQUET: &'static str = "LIST";
    type Value<'a> = Option<&'a [Wording]>;
    type Builder = Sparse<WordingLists>;

    fn start(name: &str, _: usize) -> Self::Builder {
        let text = |fact| ListStringChunkedBuilder::new(format!("{name}_{fact}").into(), 0, 0);
        Sparse::new(WordingLists { path: text("path"), change: text("change"), from: text("from"), to: text("to") })
    }

    fn push(builder: &mut Self::Builder, row: IdxSize, wordings: Option<&[Wording]>) {
        let Some(wordings) = wordings else { return };
        let lists = builder.at(row);
        lists.path.append_values_iter(wordings.iter().map(|wording| wording.path.as_str()));
        lists.change.append_values_iter(wordings.iter().map(|wording| &*wording.change));
        lists.from.append_trusted_len_iter(wordings.iter().map(|wording| wording.from.as_deref()));
        lists.to.append_trusted_len_iter(wordings.iter().map(|wording| wording.to.as_deref()));
    }

    fn finish(builder: Self::Builder, rows: usize, columns: &mut Vec<Column>) -> PolarsResult<()> {
        let Sparse { values: mut lists, rows: at } = builder;
        for list in [lists.path.finish(), lists.change.finish(), lists.from.finish(), lists.to.finish()] {
            columns.push(spread(list.into_column(), &at, rows)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_their_rows_and_all_others_are_null() {
        let gathered = |at: &[IdxSize]| {
            let mut builder = Text::start("word", 0);
            for row in 0..4 {
                Text::push(&mut builder, row, at.contains(&row).then(|| format!("w{row}").into()));
            }
            let mut columns = Vec::new();
            Text::finish(builder, 4, &mut columns).expect("spread");
            let words = columns[0].str().expect("words").iter().map(|word| word.map(str::to_owned));
            words.collect::<Vec<_>>()
        };
        let word = |row: u32| Some(format!("w{row}"));
        assert_eq!(gathered(&[]), [None, None, None, None]);
        assert_eq!(gathered(&[1, 3]), [None, word(1), None, word(3)]);
        assert_eq!(gathered(&[0, 1, 2, 3]), [word(0), word(1), word(2), word(3)]);
    }
}
