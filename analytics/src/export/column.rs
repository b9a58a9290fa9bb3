//! The types that a column of a part can have: what a row gives for it, and how the values of many rows become polars columns.

use std::borrow::Cow;

use polars::prelude::*;

use super::edit::Edit;

/// A word or pseudonym in a row: borrowed from the event wherever that is possible.
pub type Word<'a> = Option<Cow<'a, str>>;

/// A type of column.
pub(super) trait ColumnType {
    /// What a row gives.
    type Value<'a>;
    /// What gathers the values.
    type Builder: Send;

    /// Starts a builder for about `rows` rows.
    fn start(name: &str, rows: usize) -> Self::Builder;

    /// Adds the value of the next row.
    fn push(builder: &mut Self::Builder, value: Self::Value<'_>);

    /// Ends the gathering: the columns, in the order of the schema.
    fn finish(builder: Self::Builder, columns: &mut Vec<Column>);
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

/// Bytes that every row has.
pub(super) struct Bytes;

/// The generalized changes of an edit, one list column for each of their facts.
pub(super) struct Edits;

impl ColumnType for Number {
    type Value<'a> = u64;
    type Builder = PrimitiveChunkedBuilder<UInt64Type>;

    fn start(name: &str, rows: usize) -> Self::Builder {
        PrimitiveChunkedBuilder::new(name.into(), rows)
    }

    fn push(builder: &mut Self::Builder, value: u64) {
        builder.append_value(value);
    }

    fn finish(builder: Self::Builder, columns: &mut Vec<Column>) {
        columns.push(builder.finish().into_column());
    }
}

impl ColumnType for Index {
    type Value<'a> = Option<u64>;
    type Builder = PrimitiveChunkedBuilder<UInt64Type>;

    fn start(name: &str, rows: usize) -> Self::Builder {
        PrimitiveChunkedBuilder::new(name.into(), rows)
    }

    fn push(builder: &mut Self::Builder, value: Option<u64>) {
        builder.append_option(value);
    }

    fn finish(builder: Self::Builder, columns: &mut Vec<Column>) {
        columns.push(builder.finish().into_column());
    }
}

impl ColumnType for Count {
    type Value<'a> = Option<i32>;
    type Builder = PrimitiveChunkedBuilder<Int32Type>;

    fn start(name: &str, rows: usize) -> Self::Builder {
        PrimitiveChunkedBuilder::new(name.into(), rows)
    }

    fn push(builder: &mut Self::Builder, value: Option<i32>) {
        builder.append_option(value);
    }

    fn finish(builder: Self::Builder, columns: &mut Vec<Column>) {
        columns.push(builder.finish().into_column());
    }
}

impl ColumnType for Time {
    type Value<'a> = Option<i64>;
    type Builder = PrimitiveChunkedBuilder<Int64Type>;

    fn start(name: &str, rows: usize) -> Self::Builder {
        PrimitiveChunkedBuilder::new(name.into(), rows)
    }

    fn push(builder: &mut Self::Builder, value: Option<i64>) {
        builder.append_option(value);
    }

    fn finish(builder: Self::Builder, columns: &mut Vec<Column>) {
        columns.push(builder.finish().into_datetime(TimeUnit::Microseconds, None).into_column());
    }
}

impl ColumnType for Flag {
    type Value<'a> = Option<bool>;
    type Builder = BooleanChunkedBuilder;

    fn start(name: &str, rows: usize) -> Self::Builder {
        BooleanChunkedBuilder::new(name.into(), rows)
    }

    fn push(builder: &mut Self::Builder, value: Option<bool>) {
        builder.append_option(value);
    }

    fn finish(builder: Self::Builder, columns: &mut Vec<Column>) {
        columns.push(builder.finish().into_column());
    }
}

impl ColumnType for Text {
    type Value<'a> = Word<'a>;
    type Builder = StringChunkedBuilder;

    fn start(name: &str, rows: usize) -> Self::Builder {
        StringChunkedBuilder::new(name.into(), rows)
    }

    fn push(builder: &mut Self::Builder, value: Word<'_>) {
        builder.append_option(value.as_deref());
    }

    fn finish(builder: Self::Builder, columns: &mut Vec<Column>) {
        columns.push(builder.finish().into_column());
    }
}

impl ColumnType for Bytes {
    type Value<'a> = &'a [u8];
    type Builder = BinaryChunkedBuilder;

    fn start(name: &str, rows: usize) -> Self::Builder {
        BinaryChunkedBuilder::new(name.into(), rows)
    }

    fn push(builder: &mut Self::Builder, value: &[u8]) {
        builder.append_value(value);
    }

    fn finish(builder: Self::Builder, columns: &mut Vec<Column>) {
        columns.push(builder.finish().into_column());
    }
}

/// Gathers the lists of [`Edits`].
pub(super) struct EditsBuilder {
    path: ListStringChunkedBuilder,
    operation: ListStringChunkedBuilder,
    from: ListStringChunkedBuilder,
    to: ListStringChunkedBuilder,
    shift_days: ListPrimitiveChunkedBuilder<Int32Type>,
    value: ListStringChunkedBuilder,
}

impl ColumnType for Edits {
    type Value<'a> = Option<&'a [Edit]>;
    type Builder = EditsBuilder;

    fn start(name: &str, rows: usize) -> EditsBuilder {
        let text = |fact| ListStringChunkedBuilder::new(format!("{name}_{fact}").into(), rows, rows);
        let shift_days = format!("{name}_shift_days").into();
        EditsBuilder {
            path: text("path"),
            operation: text("operation"),
            from: text("from"),
            to: text("to"),
            shift_days: ListPrimitiveChunkedBuilder::new(shift_days, rows, rows, DataType::Int32),
            value: text("value"),
        }
    }

    fn push(builder: &mut EditsBuilder, edits: Option<&[Edit]>) {
        let Some(edits) = edits else {
            for list in
                [&mut builder.path, &mut builder.operation, &mut builder.from, &mut builder.to, &mut builder.value]
            {
                list.append_null();
            }
            builder.shift_days.append_null();
            return;
        };
        builder.path.append_values_iter(edits.iter().map(|edit| edit.path.as_str()));
        builder.operation.append_values_iter(edits.iter().map(|edit| edit.operation.as_str()));
        builder.from.append_values_iter(edits.iter().map(|edit| edit.from.as_str()));
        builder.to.append_values_iter(edits.iter().map(|edit| edit.to.as_str()));
        builder.shift_days.append_iter(edits.iter().map(|edit| edit.shift_days));
        builder.value.append_trusted_len_iter(edits.iter().map(|edit| edit.value.as_deref()));
    }

    fn finish(mut builder: EditsBuilder, columns: &mut Vec<Column>) {
        columns.push(builder.path.finish().into_column());
        columns.push(builder.operation.finish().into_column());
        columns.push(builder.from.finish().into_column());
        columns.push(builder.to.finish().into_column());
        columns.push(builder.shift_days.finish().into_column());
        columns.push(builder.value.finish().into_column());
    }
}
