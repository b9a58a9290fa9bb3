//! Applies and derives JSON Patches (RFC 6902).

use json_patch::{Patch, PatchErrorKind, PatchOperation, ReplaceOperation};
use ledger_format::canonical_json::{canonicalize, parse};
use serde_json::Value;

use crate::domain::Refusal;
use crate::domain::limits::{PATCH_MAX_BYTES, PATCH_MAX_OPERATIONS};
use crate::domain::payload_draft::{canonical, says};

/// Reads a patch.
pub(super) fn read(text: &str) -> Result<Patch, Refusal> {
    if text.len() > PATCH_MAX_BYTES {
        let reason =
            format!("it has `{}` bytes, `{PATCH_MAX_BYTES}` are allowed: send the whole payload instead", text.len());
        return Err(Refusal::Patch { operation: None, reason });
    }
    let whole = |reason: String| Refusal::Patch { operation: None, reason };
    // In canonical form, in which numbers that are equal are written alike (RFC 6902, 4.6; RFC 8785): `2.0` is `2`, as in a payload.
    let canonical = parse(text).and_then(|value| canonicalize(&value)).map_err(|error| whole(says(&error)))?;
    let value = parse(&canonical).map_err(|error| whole(says(&error)))?;
    let Value::Array(operations) = value else {
        return Err(whole("it is not an array of operations: send `[{\"op\": …}, …]`".to_owned()));
    };
    if operations.len() > PATCH_MAX_OPERATIONS {
        return Err(whole(format!("it has `{}` operations, `{PATCH_MAX_OPERATIONS}` are allowed", operations.len())));
    }
    let read = operations.into_iter().enumerate().map(|(index, operation)| {
        serde_json::from_value::<PatchOperation>(operation).map_err(|_| Refusal::Patch {
            operation: Some(index),
            reason: "it is not an operation of RFC 6902: give `op`, `path`, and `value` or `from` as that `op` asks, \
                     each place as a JSON Pointer such as `/due`"
                .to_owned(),
        })
    });
    read.collect::<Result<Vec<_>, _>>().map(Patch)
}

/// Applies a patch, one operation after the other, and returns the new payload.
///
/// The size is checked after each: a handful of `copy` would otherwise double a payload beyond all memory.
pub(super) fn apply(payload: &Value, patch: &Patch) -> Result<Value, Refusal> {
    let mut patched = payload.clone();
    for (index, operation) in patch.0.iter().enumerate() {
        let refused = |reason: String| Refusal::Patch { operation: Some(index), reason };
        json_patch::patch(&mut patched, std::slice::from_ref(operation))
            .map_err(|error| refused(inapplicable(operation, &error.kind)))?;
        canonical(&patched).map_err(|refusal| refused(refusal.to_string()))?;
    }
    Ok(patched)
}

/// Says what an operation does not find, and where.
fn inapplicable(operation: &PatchOperation, kind: &PatchErrorKind) -> String {
    if matches!(operation, PatchOperation::Remove(remove) if remove.path.is_root()) {
        return "`remove` takes a part of the payload, never all of it: remove its members by their paths, or reject it"
            .to_owned();
    }
    let (verb, path, from) = match operation {
        PatchOperation::Add(add) => ("add", &add.path, None),
        PatchOperation::Remove(remove) => ("remove", &remove.path, None),
        PatchOperation::Replace(replace) => ("replace", &replace.path, None),
        PatchOperation::Move(from_to) => ("move", &from_to.path, Some(&from_to.from)),
        PatchOperation::Copy(from_to) => ("copy", &from_to.path, Some(&from_to.from)),
        PatchOperation::Test(test) => ("test", &test.path, None),
    };
    let to = place(path);
    let why = if matches!(kind, PatchErrorKind::TestFailed) {
        format!("{to} has another value")
    } else if let (PatchErrorKind::InvalidFromPointer, Some(from)) = (kind, from) {
        format!("{}, which it takes from, is not there", place(from))
    } else if let (PatchErrorKind::CannotMoveInsideItself, Some(from)) = (kind, from) {
        format!("{to} is inside {}, which it would move", place(from))
    } else {
        format!("{to} is not there")
    };
    format!("`{verb}` does not apply, because {why}: read the payload again and patch what it says now")
}

fn place(pointer: &json_patch::jsonptr::Pointer) -> String {
    match pointer.as_str() {
        "" => "the payload itself".to_owned(),
        pointer => format!("`{pointer}`"),
    }
}

/// Derives the patch that leads from one payload to another.
pub(super) fn derive(before: &Value, after: &Value) -> String {
    let derived = json_patch::diff(before, after);
    let text = derived.to_string();
    // The event that carries it is bounded: a patch longer than what it describes says the same as one replacement.
    if text.len() > PATCH_MAX_BYTES { replacement(after) } else { text }
}

fn replacement(after: &Value) -> String {
    let replace = ReplaceOperation { path: json_patch::jsonptr::PointerBuf::default(), value: after.clone() };
    Patch(vec![PatchOperation::Replace(replace)]).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 6902, 4.6: numbers are equal when their values are.
    #[test]
    fn a_number_is_tested_by_its_value_and_not_by_how_it_is_written() {
        let payload: Value = parse(r#"{"amount":2}"#).expect("a payload");
        let tested = |number: &str| {
            let patch = read(&format!(r#"[{{"op":"test","path":"/amount","value":{number}}}]"#)).expect("a patch");
            apply(&payload, &patch)
        };
        for number in ["2", "2.0", "2e0", "200e-2"] {
            assert_eq!(tested(number), Ok(json!({"amount": 2})), "{number}");
        }
        assert!(tested("2.5").is_err() && tested("\"2\"").is_err());
    }
}
