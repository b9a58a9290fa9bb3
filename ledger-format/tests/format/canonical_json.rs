//! RFC 8785: the vectors of its text, and what is refused.

use ledger_format::canonical_json::{Error, JSON_MAX_DEPTH, canonicalize, canonicalize_text, parse};
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

/// Appendix B: bits of a double, and its one text.
const NUMBERS: [(u64, &str); 24] = [
    (0x0000_0000_0000_0000, "0"),
    (0x8000_0000_0000_0000, "0"),
    (0x0000_0000_0000_0001, "5e-324"),
    (0x8000_0000_0000_0001, "-5e-324"),
    (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
    (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
    (0x4340_0000_0000_0000, "9007199254740992"),
    (0xc340_0000_0000_0000, "-9007199254740992"),
    (0x4430_0000_0000_0000, "295147905179352830000"),
    (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
    (0x44b5_2d02_c7e1_4af6, "1e+23"),
    (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
    (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
    (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
    (0x444b_1ae4_d6e2_ef50, "1e+21"),
    (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
    (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
    (0x41b3_de43_5555_5553, "333333333.3333332"),
    (0x41b3_de43_5555_5554, "333333333.33333325"),
    (0x41b3_de43_5555_5555, "333333333.3333333"),
    (0x41b3_de43_5555_5556, "333333333.3333334"),
    (0x41b3_de43_5555_5557, "333333333.33333343"),
    (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
    (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
];

#[test]
fn writes_the_numbers_of_appendix_b() {
    for (bits, text) in NUMBERS {
        let number = Number::from_f64(f64::from_bits(bits)).unwrap();
        assert_eq!(canonicalize(&Value::Number(number)).unwrap(), text, "{bits:016x}");
        assert_eq!(canonicalize_text(text).unwrap(), text, "{bits:016x} read back");
    }
    for not_finite in [0x7fff_ffff_ffff_ffff, 0x7ff0_0000_0000_0000] {
        assert_eq!(Number::from_f64(f64::from_bits(not_finite)), None);
    }
}

#[test]
fn writes_the_example_of_section_3_2_2() {
    let sent = r#"{
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
    }"#;
    let expected = concat!(
        r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
        r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
    );
    assert_eq!(canonicalize_text(sent).unwrap(), expected);
}

#[test]
fn sorts_keys_as_section_3_2_3_does() {
    let sent = r#"{
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\ud83d\ude00": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis"
    }"#;
    let expected = concat!(
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",",
        "\"\u{f6}\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\",",
        "\"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
    );
    assert_eq!(canonicalize_text(sent).unwrap(), expected);
}

#[test]
fn refuses_a_key_named_twice_however_it_is_written() {
    for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"[{"x":{"b":1,"c":2,"b":3}}]"#] {
        assert!(matches!(canonicalize_text(text), Err(Error::DuplicateKey { line: 1, .. })), "{text}");
    }
    assert!(canonicalize_text(r#"{"a":{"a":1},"b":{"a":1}}"#).is_ok());
}

#[test]
fn a_refusal_never_repeats_the_value() {
    let refused = canonicalize_text(r#"{"secret-key":1,"secret-key":"secret-value"}"#).unwrap_err();
    assert!(!format!("{refused} {refused:?}").contains("secret"));
}

#[test]
fn refuses_what_is_not_json() {
    for text in ["", "{", "nul", "01", "1e400", "-1e400", "NaN", "Infinity", "[1,]", "'a'", "1 2", r#""\ud800""#] {
        assert!(matches!(parse(text), Err(Error::Malformed(_))), "{text}");
    }
}

#[test]
fn refuses_integers_that_would_become_others() {
    let kept =
        ["9007199254740991", "-9007199254740992", "9007199254740994", "9223372036854776000", "-9223372036854774000"];
    for integer in kept {
        assert_eq!(canonicalize_text(integer).unwrap(), integer);
    }
    let changed = ["9007199254740993", "-9007199254740993", "9223372036854775808", "18446744073709551615"];
    for integer in changed {
        assert!(matches!(canonicalize_text(integer), Err(Error::InexactInteger)), "{integer}");
    }
}

/// A double of this size is written with digits that its exact value does not have; they must be read back all the same.
#[test]
fn reads_back_the_shortest_digits_of_a_large_double() {
    let number = Number::from_f64(12_345_678_901_234_567_890.0).unwrap();
    let canonical = canonicalize(&Value::Number(number)).unwrap();
    assert_eq!(canonical, "12345678901234567000");
    assert_eq!(canonicalize_text(&canonical).unwrap(), canonical);
}

#[test]
fn depth_limit_holds_at_one_below_at_and_one_above() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let value =
        |depth: usize| (0..depth).fold(Value::Null, |inner, _| Value::Object(Map::from_iter([("a".into(), inner)])));
    for depth in [JSON_MAX_DEPTH - 1, JSON_MAX_DEPTH] {
        assert!(canonicalize_text(&nested(depth)).is_ok());
        assert!(canonicalize(&value(depth)).is_ok());
    }
    for depth in [JSON_MAX_DEPTH + 1, 100, 5_000] {
        assert!(matches!(canonicalize_text(&nested(depth)), Err(Error::TooDeep)));
    }
    assert!(matches!(canonicalize(&value(JSON_MAX_DEPTH + 1)), Err(Error::TooDeep)));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(|number| Value::Number(number.into())),
        any::<f64>().prop_filter_map("finite", Number::from_f64).prop_map(Value::Number),
        any::<String>().prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::btree_map(any::<String>(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn the_canonical_form_is_its_own_canonical_form(value in any_json()) {
        let canonical = canonicalize(&value).unwrap();
        prop_assert_eq!(&canonicalize_text(&canonical).unwrap(), &canonical);
    }

    #[test]
    fn spacing_and_order_of_keys_do_not_matter(members in prop::collection::btree_map("[a-z]{1,4}", any::<i32>(), 0..6)) {
        let written: Vec<String> = members.iter().map(|(key, value)| format!(" \"{key}\" :\n {value}\t")).collect();
        let reversed: Vec<String> = written.iter().rev().cloned().collect();
        let forward = canonicalize_text(&format!("{{{}}}", written.join(","))).unwrap();
        prop_assert_eq!(canonicalize_text(&format!("{{{}}}", reversed.join(","))).unwrap(), forward);
    }
}
