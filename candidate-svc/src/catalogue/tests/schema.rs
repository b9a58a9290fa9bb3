//! What a payload schema must not say: each refusal with its key and its mend.

use serde_json::{Value, json};

use crate::catalogue::Catalogue;
use crate::catalogue::schema_keywords::FORMATS;
use crate::domain::PayloadSchema;
use crate::keyed_toml::KeyError;

/// Its last lines are the schema of the field `notes`.
const GOOD: &str = include_str!("../../../catalogue/create_task.toml");
const ROOT: &str = "additionalProperties = false\n";
const NOTES: &str = "type = \"string\"\nmaxLength = 4000\n";

fn read(text: &str) -> Result<Catalogue, KeyError> {
    Catalogue::from_files([("create_task.toml", text)])
}

/// The file with more lines in the schema of the payload.
fn payload(lines: &str) -> String {
    assert!(GOOD.contains(ROOT));
    GOOD.replacen(ROOT, &format!("{ROOT}{lines}\n"), 1)
}

/// The file with another schema of the field `notes`.
fn notes(lines: &str) -> String {
    assert!(GOOD.ends_with(NOTES));
    format!("{}{lines}\n", GOOD.strip_suffix(NOTES).expect("it ends so"))
}

fn refused(text: &str, key: &str, words: &str) {
    let error = read(text).expect_err(text);
    let key = if key.is_empty() { "payload_schema".to_owned() } else { format!("payload_schema.{key}") };
    assert_eq!((error.file.as_str(), error.key.as_str()), ("create_task.toml", key.as_str()), "{error}");
    assert!(error.reason.contains(words), "{error}");
}

#[test]
fn a_field_that_there_is_no_room_for_is_not_asked_for() {
    let required = |names: &str| GOOD.replacen("\"due\"]", &format!("\"due\", {names}]"), 1);
    refused(&required("\"note\""), "required", "did you mean `notes`");
    refused(&required("\"colour\""), "required", "leaves no room for `colour`");
    for (lines, key, words) in [
        ("dependentRequired = { notes = [\"colour\"] }", "dependentRequired.notes", "`colour`"),
        ("dependentRequired = { colour = [\"notes\"] }", "dependentRequired.colour", "`colour`"),
        ("allOf = [{ required = [\"notes\", \"colour\"] }]", "allOf[0].required", "`colour`"),
        (
            "anyOf = [{ required = [\"notes\"] }, { not = { required = [\"colour\"] } }]",
            "anyOf[1].not.required",
            "`colour`",
        ),
        (
            "if = { properties = { notes = { const = \"x\" } } }\nthen = { required = [\"colour\"] }",
            "then.required",
            "`colour`",
        ),
        (
            "if = { properties = { note = { const = \"x\" } } }\nthen = { required = [\"notes\"] }",
            "if.properties.note",
            "did you mean `notes`",
        ),
        ("dependentSchemas = { notes = { required = [\"colour\"] } }", "dependentSchemas.notes.required", "`colour`"),
        ("allOf = [{ additionalProperties = false }]", "required", "leaves no room for `subject`"),
    ] {
        refused(&payload(lines), key, words);
    }
    for (lines, key, words) in [
        ("additionalProperties = false\nrequired = [\"a\"]", "properties.notes.required", "`a`"),
        (
            "additionalProperties = false\nrequired = [\"a\"]\npatternProperties = { \"^b\" = true }",
            "properties.notes.required",
            "`a`",
        ),
        ("required = [\"a\"]\nproperties = { a = false }", "properties.notes.required", "`false` under `properties`"),
    ] {
        refused(&notes(lines), key, words);
    }
}

#[test]
fn as_many_fields_may_be_as_are_asked_for() {
    refused(&payload("maxProperties = 2"), "maxProperties", "`required` names `3`");
    refused(&payload("minProperties = 5"), "minProperties", "leaves `4` fields");
    for lines in ["maxProperties = 3", "minProperties = 4", "minProperties = 4\nmaxProperties = 4"] {
        read(&payload(lines)).expect(lines);
    }
}

#[test]
fn bounds_that_cross_are_named() {
    for (lines, key, words) in [
        ("minLength = 5\nmaxLength = 4", "minLength", "raise `maxLength`"),
        ("minItems = 2\nmaxItems = 1", "minItems", "`maxItems` is `1`"),
        ("minProperties = 2\nmaxProperties = 1", "minProperties", "raise `maxProperties`"),
        ("contains = true\nminContains = 2\nmaxContains = 1", "minContains", "raise `maxContains`"),
        ("minimum = 2\nmaximum = 1", "minimum", "raise `maximum`"),
        ("minimum = 1.5\nmaximum = 1", "minimum", "it is `1.5`"),
        ("minimum = 9007199254740993\nmaximum = 9007199254740992", "minimum", "raise `maximum`"),
        ("minimum = 1\nexclusiveMaximum = 1", "minimum", "raise `exclusiveMaximum`"),
        ("exclusiveMinimum = 1\nmaximum = 1", "exclusiveMinimum", "raise `maximum`"),
        ("exclusiveMinimum = 1\nexclusiveMaximum = 1.0", "exclusiveMinimum", "raise `exclusiveMaximum`"),
        ("prefixItems = [true, true]\nitems = false\nminItems = 3", "minItems", "leaves `2`"),
    ] {
        refused(&notes(lines), &format!("properties.notes.{key}"), words);
    }
    for lines in [
        "type = \"string\"\nminLength = 4\nmaxLength = 4",
        "type = \"integer\"\nminimum = 1\nmaximum = 1",
        "type = \"number\"\nminimum = 1\nexclusiveMaximum = 2",
        "type = \"number\"\nexclusiveMinimum = 1\nmaximum = 2",
        "type = \"array\"\nprefixItems = [{ const = 1 }, { const = 2 }]\nitems = false\nminItems = 2",
    ] {
        read(&notes(lines)).expect(lines);
    }
}

#[test]
fn a_value_that_is_listed_fits_what_stands_beside_it() {
    for (lines, key, words) in [
        ("enum = []", "enum", "it is empty"),
        ("type = \"string\"\nconst = 7", "const", "does not let `7` in"),
        ("type = \"string\"\nenum = [\"a\", 7]", "enum[1]", "`7`"),
        ("type = [\"integer\", \"boolean\"]\nenum = [1, true, 1.5]", "enum[2]", "`1.5`"),
        ("enum = [\"a\", \"b\"]\nconst = \"c\"", "const", "`\"c\"`"),
        ("maxLength = 1\nenum = [\"a\", \"bc\"]", "enum[1]", "`\"bc\"`"),
        ("format = \"date\"\nconst = \"soon\"", "const", "`\"soon\"`"),
    ] {
        refused(&notes(lines), &format!("properties.notes.{key}"), words);
    }
    for lines in ["type = \"integer\"\nenum = [1, 2.0]", "enum = [\"a\", 7]", "type = \"string\"\nconst = \"a\""] {
        read(&notes(lines)).expect(lines);
    }
}

#[test]
fn what_nothing_fits_and_what_says_nothing_is_named() {
    for (lines, key, words) in [
        ("allOf = [true, false]", "allOf[1]", "nothing fits `false`"),
        ("anyOf = [false, true]", "anyOf[0]", "nothing fits `false`"),
        ("oneOf = [true, false]", "oneOf[1]", "nothing fits `false`"),
        ("not = true", "not", "everything fits it"),
        ("not = {}", "not", "everything fits it"),
        ("not = { title = \"Whatever\", x-colour = \"red\" }", "not", "everything fits it"),
        ("not = { minLength = 0 }", "not", "everything fits it"),
        ("not = { required = [], allOf = [{ properties = { a = true } }] }", "not", "everything fits it"),
        ("if = true\nthen = false", "then", "always taken"),
        ("if = { minItems = 0 }\nthen = false", "then", "always taken"),
        ("if = false\nelse = false", "else", "always taken"),
        ("then = { minLength = 1 }", "then", "without `if`"),
        ("else = { minLength = 1 }", "else", "without `if`"),
        ("minContains = 1", "minContains", "without `contains`"),
        ("contentSchema = true", "contentSchema", "without `contentMediaType`"),
    ] {
        refused(&notes(lines), &format!("properties.notes.{key}"), words);
    }
}

#[test]
fn of_everything_in_a_payload_is_said_what_it_is() {
    let object = "type = \"object\"\nadditionalProperties = false\n";
    for (lines, key, words) in [
        ("maxLength = 4", "type", "anything fits"),
        ("title = \"Notes\"", "type", "anything fits"),
        ("\"$ref\" = \"#/properties/notes\"", "$ref", "leads to itself"),
        ("type = \"object\"", "additionalProperties", "write `false`"),
        ("type = [\"object\", \"null\"]\nproperties = { a = { const = 1 } }", "additionalProperties", "write `false`"),
        (object, "properties", "it names no field"),
        (&format!("{object}properties = {{ a = {{ maxLength = 2 }} }}"), "properties.a.type", "anything fits"),
        (&format!("{object}properties = {{ a = true }}"), "properties.a", "anything fits"),
        ("type = \"array\"", "items", "anything may stand there"),
        ("type = \"array\"\nitems = true", "items", "anything fits"),
        ("type = \"array\"\nitems = { type = \"object\" }", "items.additionalProperties", "write `false`"),
        ("type = \"array\"\nprefixItems = [{}]\nitems = false", "prefixItems[0].type", "anything fits"),
    ] {
        refused(&notes(lines), &format!("properties.notes.{key}"), words);
    }
    for lines in [
        "anyOf = [{ type = \"string\" }, { type = \"null\" }]",
        "type = \"array\"\nitems = { type = \"string\" }",
        &format!("{object}properties = {{ a = {{ enum = [1, 2] }}, b = false }}"),
    ] {
        read(&notes(lines)).expect(lines);
    }
}

#[test]
fn a_word_that_the_standard_does_not_have_is_named_with_the_one_meant() {
    for (lines, key, words) in [
        ("maxLenght = 5", "maxLenght", "did you mean `maxLength`"),
        ("minimun = 5", "minimun", "did you mean `minimum`"),
        ("definitions = { a = true }", "definitions", "did you mean `$defs`"),
        ("colour = \"red\"", "colour", "begin its name with `x-`"),
        ("format = \"datte\"", "format", "did you mean `date`"),
        ("format = \"colour\"", "format", "choose from `date-time`, "),
        ("format = \"idn-email\"", "format", "write `email`"),
        ("\"$schema\" = \"http://json-schema.org/draft-07/schema#\"", "$schema", "2020-12"),
    ] {
        refused(&notes(lines), &format!("properties.notes.{key}"), words);
    }
    refused(&payload("maxPropreties = 3"), "maxPropreties", "did you mean `maxProperties`");
    let misspelt = GOOD.replacen("additionalProperties", "additionalPropertees", 1);
    refused(&misspelt, "additionalPropertees", "did you mean `additionalProperties`");
}

#[test]
fn what_the_standard_leaves_to_people_stays_theirs() {
    let annotated = "type = \"string\"\ntitle = \"Notes\"\ndescription = \"Whatever\"\ndefault = \"\"\ndeprecated = false\nreadOnly = false\n\
                     writeOnly = false\nexamples = [\"Call\"]\n\"$comment\" = \"Ours\"\nx-colour = { maxLenght = 5 }\n\
                     contentMediaType = \"text/plain\"\ncontentEncoding = \"base64\"\ncontentSchema = true\n\
                     \"$anchor\" = \"notes\"";
    read(&notes(annotated)).expect(annotated);
    read(&payload("\"$id\" = \"https://example.com/task\"\n\"$defs\" = { line = { maxLength = 80 } }"))
        .expect("core words");
    let nested = "type = \"object\"\nadditionalProperties = false\npatternProperties = { \"^x_\" = true }\n\
                  required = [\"a\", \"x_b\"]\nproperties = { a = { const = { maxLenght = 5 } } }\n\
                  oneOf = [{ required = [\"x_c\"] }, { properties = { a = true } }]\n\
                  if = { required = [\"x_c\"] }\nthen = { maxProperties = 3 }\nelse = false";
    read(&notes(nested)).expect(nested);
}

/// Every place where a schema may lie in another, each with a crossed bound in it.
#[test]
fn no_schema_is_passed_over_wherever_it_lies() {
    let crossed = "{ minLength = 2, maxLength = 1 }";
    for (place, key) in [
        ("properties = { a = @ }", "properties.a"),
        ("patternProperties = { a = @ }", "patternProperties.a"),
        ("additionalProperties = @", "additionalProperties"),
        ("unevaluatedProperties = @", "unevaluatedProperties"),
        ("propertyNames = @", "propertyNames"),
        ("prefixItems = [true, @]", "prefixItems[1]"),
        ("items = @", "items"),
        ("unevaluatedItems = @", "unevaluatedItems"),
        ("contains = @", "contains"),
        ("contentMediaType = \"application/json\"\ncontentSchema = @", "contentSchema"),
        ("allOf = [true, @]", "allOf[1]"),
        ("anyOf = [true, @]", "anyOf[1]"),
        ("oneOf = [true, @]", "oneOf[1]"),
        ("not = @", "not"),
        ("if = @\nthen = true", "if"),
        ("if = true\nthen = @", "then"),
        ("if = true\nelse = @", "else"),
        ("dependentSchemas = { a = @ }", "dependentSchemas.a"),
        ("\"$defs\" = { a = @ }", "$defs.a"),
        ("items = { anyOf = [true, { not = @ }] }", "items.anyOf[1].not"),
    ] {
        refused(
            &notes(&place.replace('@', crossed)),
            &format!("properties.notes.{key}.minLength"),
            "raise `maxLength`",
        );
    }
}

#[test]
fn the_example_of_the_page_is_a_catalogue() {
    let page = include_str!("../../../../docs/catalogue.md");
    let (_, example) = page.split_once("```toml\n").expect("an example");
    let (example, _) = example.split_once("```").expect("its end");
    read(example).expect(example);
    let refusal = "`create_task.toml`, key `payload_schema.properties.subject.maxLenght`: JSON Schema 2020-12 has no such keyword: \
                   did you mean `maxLength`?";
    assert_eq!(read(&example.replace("maxLength", "maxLenght")).expect_err("misspelt").to_string(), refusal);
    assert!(page.contains(refusal), "the page shows it as it is");
}

#[test]
fn every_format_that_is_taken_is_checked() {
    for format in FORMATS {
        let schema = PayloadSchema::compile(&json!({ "format": format })).expect("a schema");
        assert!(schema.check(&Value::from("\\ {(")).is_err(), "`{format}` lets everything in");
    }
}
