use super::*;

fn now() -> Moment {
    Moment::from("2026-11-22T10:00:00Z".parse::<jiff::Timestamp>().expect("a time"))
}

fn parse(text: &str) -> Result<Condition, Error> {
    super::parse(text, now())
}

fn text(field: TextField, value: &str) -> Condition {
    Condition::Text { field, pattern: Pattern::Is(value.to_owned()), negated: false }
}

#[test]
fn or_binds_tighter_than_and() {
    let condition = parse("state = PROPOSED OR state = EDITED AND risk = HIGH").expect("a filter");
    let either = Condition::Any(vec![text(TextField::State, "PROPOSED"), text(TextField::State, "EDITED")]);
    assert_eq!(condition, Condition::All(vec![either, text(TextField::Risk, "HIGH")]));
}

#[test]
fn names_stand_without_quotes() {
    assert_eq!(parse("owner = humans/a.b").expect("a filter"), text(TextField::Owner, "humans/a.b"));
    assert_eq!(parse("record = crm/deal/1").expect("a filter"), text(TextField::Record, "crm/deal/1"));
    assert_eq!(parse("owner = \"\"").expect("a filter"), text(TextField::Owner, ""));
}

#[test]
fn a_star_at_the_end_matches_the_beginning() {
    let expected = Condition::Text {
        field: TextField::Record,
        pattern: Pattern::BeginsWith("crm/deal/".to_owned()),
        negated: true,
    };
    assert_eq!(parse("record != \"crm/deal/*\"").expect("a filter"), expected);
}

#[test]
fn a_time_is_compared_as_a_moment() {
    let at = "2026-11-22T10:00:00Z".parse().expect("a time");
    let expected = Condition::Time { field: TimeField::Create, order: Order::NotBefore, at };
    assert_eq!(parse("create_time >= \"2026-11-22T11:00:00+01:00\"").expect("a filter"), expected);
}

#[test]
fn the_empty_filter_lets_everything_through() {
    assert_eq!(parse("  ").expect("a filter"), Condition::ALWAYS);
}

#[test]
fn what_is_wrong_is_named_with_its_position() {
    for (filter, position, part) in [
        ("state = ", 8, "end of filter"),
        ("state = PROPOSED AND colour = red", 21, "`colour` is no field"),
        ("owner = \"a = b\" AND state = DONE", 28, "use one of PROPOSED, NEEDS_EVIDENCE"),
        ("state = proposed", 8, "use one of PROPOSED"),
        ("state > PROPOSED", 6, "`>` does not go with a text"),
        ("record = *", 9, "in quotes alone"),
        ("owner = humans*", 8, "in quotes alone"),
        ("create_time > yesterday", 14, "RFC 3339"),
        ("due_time < 2026", 11, "RFC 3339"),
        ("due_time <=2026", 11, "RFC 3339"),
        ("create_time:\"2026-11-22T10:00:00Z\"", 11, "`:` does not go with a time"),
        ("record = \"*x\"", 9, "put it at the end"),
        ("record = \"a*b\"", 9, "end the text with the first one"),
        ("record = \"a*b*\"", 9, "end the text with the first one"),
        ("risk = HIGH prod", 12, "`prod` stands alone"),
        ("(state = PROPOSED", 17, "expected ')'"),
        ("state(x) = PROPOSED", 0, "is no field"),
        ("risk = HIGH (prod)", 13, "`prod` stands alone"),
        ("(risk = HIGH) AND (state(x) = PROPOSED)", 19, "is no field"),
        ("state = (PROPOSED)", 8, "no word"),
        ("age = 2d", 4, "`=` does not go with an age"),
        ("state = HELD age > 2w", 19, "no age"),
        ("age > d", 6, "no age"),
        ("age > -2d", 6, "no age"),
        ("age > 99999999999999999999d", 6, "no age"),
        ("age > 999999999999999999d", 6, "no age"),
    ] {
        let error = parse(filter).expect_err(filter);
        assert!(error.message.contains(part), "{filter}: {error}");
        assert_eq!(error.position, position, "{filter}: {error}");
    }
}

#[test]
fn the_number_of_comparisons_is_bounded() {
    let of = |count: usize| vec!["risk = HIGH"; count].join(" OR ");
    assert!(parse(&of(FILTER_MAX_COMPARISONS)).is_ok());
    assert!(parse(&of(FILTER_MAX_COMPARISONS + 1)).expect_err("one too many").message.contains("over 64"));
    assert!(parse(&format!("{:width$}", "risk = HIGH", width = FILTER_MAX_BYTES)).is_ok());
    assert!(parse(&format!("{:width$}", "risk = HIGH", width = FILTER_MAX_BYTES + 1)).is_err());
}

#[test]
fn an_age_is_a_time_before_now_and_turns_the_order_round() {
    for (filter, order, at) in [
        ("age > 2d", Order::Before, "2026-11-20T10:00:00Z"),
        ("age >= 6h", Order::NotAfter, "2026-11-22T04:00:00Z"),
        ("age < \"15m\"", Order::After, "2026-11-22T09:45:00Z"),
        ("age <= 90s", Order::NotBefore, "2026-11-22T09:58:30Z"),
    ] {
        let at = at.parse().expect("a time");
        assert_eq!(parse(filter).expect(filter), Condition::Time { field: TimeField::Create, order, at });
    }
    // Older than time itself is nobody.
    assert!(parse("age > 99999999999d").is_ok());
}

#[test]
fn nesting_is_bounded_and_the_parenthesis_too_many_is_named() {
    let nested = |depth: usize| format!("{}risk = HIGH{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(FILTER_MAX_DEPTH - 1)).is_ok());
    assert!(parse(&nested(FILTER_MAX_DEPTH)).is_ok());
    let error = parse(&nested(FILTER_MAX_DEPTH + 1)).expect_err("one too deep");
    assert_eq!(
        (error.position, error.message.as_str()),
        (FILTER_MAX_DEPTH, "it nests over 16 levels deep; write it flatter")
    );

    // What stands in quotes or was closed again does not count.
    let before = "owner = \"((((\" AND (risk = HIGH) AND ";
    let error = parse(&format!("{before}{}", nested(FILTER_MAX_DEPTH + 1))).expect_err("one too deep");
    assert_eq!(error.position, before.len() + FILTER_MAX_DEPTH);
}

#[test]
fn turns_and_times_are_fields_like_others() {
    assert_eq!(parse("turn = me").expect("a filter"), text(TextField::Turn, "me"));
    assert_eq!(parse("turn = roles/manager").expect("a filter"), text(TextField::Turn, "roles/manager"));
    for (name, field) in [("due_time", TimeField::Due), ("expire_time", TimeField::Expire)] {
        let at = now().timestamp();
        let filter = format!("{name} < \"2026-11-22T10:00:00Z\"");
        assert_eq!(parse(&filter).expect("a filter"), Condition::Time { field, order: Order::Before, at });
    }
}

/// RFC 3339 has times that are later than what a timestamp holds.
#[test]
fn the_end_of_the_calendar_is_a_time() {
    let (field, order, at) = (TimeField::Expire, Order::After, jiff::Timestamp::MAX);
    for time in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999-14:00"] {
        assert_eq!(parse(&format!("expire_time > \"{time}\"")), Ok(Condition::Time { field, order, at }), "{time}");
    }
    let at = now().timestamp();
    let filter = "due_time = \"2026-11-22T10:00:00.000000000999Z\"";
    assert_eq!(parse(filter), Ok(Condition::Time { field: TimeField::Due, order: Order::Equal, at }));
}

#[test]
fn a_time_is_rfc_3339_and_nothing_else() {
    for time in
        ["2026-11-22T10:00:00Z", "2026-11-22t10:00:00.5z", "2026-11-22T10:00:00-00:00", "2026-11-22T10:00:00+23:59"]
    {
        assert!(parse(&format!("create_time > \"{time}\"")).is_ok(), "{time}");
    }
    for time in [
        "9999-12-31",
        "9999-12-31T23:59:59",
        "9999-12-32T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "2026-11-22T10:00Z",
        "20261122T100000Z",
        "2026-11-22 10:00:00Z",
        "2026-11-22T10:00:00Z[UTC]",
        "2026-11-22T10:00:00+25:00",
        "2026-11-22T10:00:00+24:00",
        "2026-11-22T10:00:00+00:60",
        "2026-11-22T10:00:00+01",
        "2026-11-22T10:00:00+0100",
        "2026-11-22T10:00:00.Z",
        "+002026-11-22T10:00:00Z",
        "-001000-01-01T00:00:00Z",
        "2026-11-22T10:00:0é",
    ] {
        assert!(parse(&format!("create_time > \"{time}\"")).is_err(), "{time}");
    }
}

#[test]
fn what_does_not_hold_is_said_by_what_does_where_the_words_are_few() {
    let tier = |word: &str| text(TextField::Risk, word);
    let others = || Condition::Any(vec![tier("LOW"), tier("APPROVAL_REQUIRED")]);
    for filter in ["risk != HIGH", "NOT risk = HIGH", "NOT risk = \"H*\"", "NOT (NOT (risk != HIGH))"] {
        assert_eq!(parse(filter), Ok(others()), "{filter}");
    }
    let deep = format!("{}state != HELD{}", "NOT (".repeat(FILTER_MAX_DEPTH), ")".repeat(FILTER_MAX_DEPTH));
    assert_eq!(parse(&deep), parse("state != HELD"), "it is no longer for being said round about");
    let owner = |negated| Condition::Text { field: TextField::Owner, pattern: Pattern::Is("humans/a".into()), negated };
    let expected = Condition::All(vec![others(), owner(true)]);
    assert_eq!(parse("NOT (risk = HIGH OR owner = humans/a)"), Ok(expected));
    let expected = Condition::Any(vec![others(), owner(false)]);
    assert_eq!(parse("NOT (risk = HIGH AND owner != humans/a)"), Ok(expected));
}
