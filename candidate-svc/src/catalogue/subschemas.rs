//! Every schema that lies in a schema, with the key that leads to it.

use serde_json::{Map, Value};

use super::schema_keywords::{Judges, Shape, schemas_under};

/// A schema inside another, or that one itself.
#[derive(Debug)]
pub(super) struct Subschema<'a> {
    /// The key that leads to it, with a leading dot; empty for the outermost.
    pub(super) at: String,
    /// What it says.
    pub(super) schema: &'a Value,
    /// The schemas around it that judge the same value.
    pub(super) around: Vec<&'a Map<String, Value>>,
}

/// Lists a schema and all schemas in it, the outer ones first. What is no schema where one should be is left to whoever compiles it.
pub(super) fn of(schema: &Value) -> Vec<Subschema<'_>> {
    let mut found = vec![Subschema { at: String::new(), schema, around: Vec::new() }];
    let mut next = 0;
    while let Some(here) = found.get(next) {
        let below = below(here);
        found.extend(below);
        next += 1;
    }
    found
}

fn below<'a>(here: &Subschema<'a>) -> Vec<Subschema<'a>> {
    let Value::Object(keywords) = here.schema else { return Vec::new() };
    let mut found = Vec::new();
    for (keyword, value) in keywords {
        let Some((shape, judges)) = schemas_under(keyword) else { continue };
        let around = match judges {
            Judges::TheSame => here.around.iter().copied().chain([keywords]).collect(),
            Judges::APart => Vec::new(),
        };
        let schemas = schemas(shape, value).into_iter();
        found.extend(schemas.map(|(key, schema)| Subschema {
            at: format!("{}.{keyword}{key}", here.at),
            schema,
            around: around.clone(),
        }));
    }
    found
}

fn schemas(shape: Shape, value: &Value) -> Vec<(String, &Value)> {
    match shape {
        Shape::One => vec![(String::new(), value)],
        Shape::List => {
            let schemas = value.as_array().into_iter().flatten().enumerate();
            schemas.map(|(index, schema)| (format!("[{index}]"), schema)).collect()
        }
        Shape::Named => {
            let schemas = value.as_object().into_iter().flatten();
            schemas.map(|(name, schema)| (format!(".{name}"), schema)).collect()
        }
    }
}
