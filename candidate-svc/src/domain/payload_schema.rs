//! What a payload must look like.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// A compiled JSON Schema (draft 2020-12) with the text it was compiled from. Cheap to clone.
#[derive(Clone)]
pub struct PayloadSchema {
    text: Arc<str>,
    validator: Arc<jsonschema::Validator>,
}

/// Says that a schema does not compile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the payload schema does not compile at `{pointer}`: {reason}")]
pub struct SchemaError {
    /// JSON Pointer into the schema.
    pub pointer: String,
    /// Why.
    pub reason: String,
}

/// Says where and why a payload breaks its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaViolation {
    /// JSON Pointer into the payload.
    pub pointer: String,
    /// Why, without the payload's values.
    pub reason: String,
}

impl PayloadSchema {
    /// Compiles a schema. References that leave the schema are refused: nothing is fetched.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] names the place in the schema and the reason.
    pub fn compile(schema: &Value) -> Result<Self, SchemaError> {
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(schema)
            .map_err(|error| SchemaError { pointer: error.instance_path().to_string(), reason: error.to_string() })?;
        Ok(Self { text: schema.to_string().into(), validator: Arc::new(validator) })
    }

    /// Returns the schema as JSON text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Checks a payload.
    ///
    /// # Errors
    ///
    /// The first [`SchemaViolation`] in the order of the schema.
    pub fn check(&self, payload: &Value) -> Result<(), SchemaViolation> {
        self.validator.validate(payload).map_err(|error| SchemaViolation {
            pointer: error.instance_path().to_string(),
            reason: error.masked().to_string(),
        })
    }
}

impl fmt::Debug for PayloadSchema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("PayloadSchema").field(&self.text).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_violation_names_the_place_and_never_the_value() {
        let schema = json!({ "type": "object", "properties": { "due": { "type": "string", "format": "date" } } });
        let schema = PayloadSchema::compile(&schema).expect("a schema");
        assert_eq!(schema.check(&json!({ "due": "2028-02-29" })), Ok(()));
        let violation = schema.check(&json!({ "due": "the day after" })).expect_err("no date");
        assert_eq!(violation.pointer, "/due");
        assert!(!violation.reason.contains("the day after"), "{violation:?}");
    }

    #[test]
    fn nothing_is_fetched_to_compile_a_schema() {
        for elsewhere in ["https://example.com/task.json", "file:///etc/passwd"] {
            let refused = PayloadSchema::compile(&json!({ "$ref": elsewhere }));
            assert!(refused.is_err(), "{elsewhere}");
        }
        assert!(PayloadSchema::compile(&json!({ "type": "strnig" })).is_err());
    }
}
