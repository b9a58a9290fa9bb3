"""Answers of DuckDB in the shapes that a report's tables have."""

import duckdb


def one(query):
    """Returns the only value of an answer."""
    [[value]] = duckdb.sql(query).fetchall()
    return value


def by_group(query):
    """Returns group, numerator and denominator as a report's table of rates has them."""
    return {
        group: [int(hits), int(of)] for group, hits, of in duckdb.sql(query).fetchall()
    }


def rows(query):
    """Returns rows with the names of their columns."""
    answer = duckdb.sql(query)
    return [dict(zip(answer.columns, row)) for row in answer.fetchall()]


def times(source, group):
    """Returns the rows of a table of times: the value at rank ⌈p·n⌉ of the sorted times, in whole milliseconds.

    `source` gives, for each decided case, its groups and `took_us`.
    """
    at = lambda share: f"list_sort(list(took_us // 1000))[ceil({share} * count(*))::INT]"
    return rows(
        f"""SELECT {group} AS "group", count(*) AS candidates, {at(0.5)} AS p50_ms, {at(0.9)} AS p90_ms
        FROM {source} WHERE took_us >= 0 GROUP BY ALL"""
    )
