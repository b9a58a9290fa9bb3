"""Travel declarations (BPI Challenge 2020), by DuckDB."""

import duckdb

from .queries import by_group, one, rows, times

# Of `MISSING` nobody knows who it was; an employee takes back, and decides nothing.
REVIEWED = """decision IN ('APPROVED', 'FINAL_APPROVED', 'REJECTED') AND "by" NOT IN ('EMPLOYEE', 'MISSING')"""


def figures(folder):
    duckdb.sql("SET TimeZone = 'UTC'")
    duckdb.sql(
        f"""CREATE TABLE log AS SELECT *, row_number() OVER () AS line, {REVIEWED} IS TRUE AS reviewed,
        decision = 'REJECTED' AND {REVIEWED} AS turned_down
        FROM read_csv('{folder}/domestic_declarations.csv.gz')"""
    )
    duckdb.sql(
        """CREATE TABLE cases AS SELECT case_id, 'all' AS "all", min(ts) AS begun, strftime(min(ts), '%G-W%V') AS week,
        bool_or(reviewed) AS decided, bool_or(turned_down IS TRUE) AS rejected,
        count(*) FILTER (decision = 'SUBMITTED') AS submissions,
        bool_or(event = 'Request Payment') AS started, bool_or(event = 'Payment Handled') AS executed,
        epoch_us(min(ts) FILTER (reviewed)) - epoch_us(min(ts)) AS took_us
        FROM log GROUP BY case_id"""
    )
    rates = {}
    for grouping in ("all", "week"):
        rates[f"rejections-by-{grouping}"] = by_group(
            f"""SELECT "{grouping}", count(*) FILTER (rejected), count(*) FROM cases WHERE decided GROUP BY ALL"""
        )
    rates["edits-by-all"] = by_group(
        """SELECT 'all', 0, count(*) FROM cases WHERE decided"""
    )
    rates["failures-by-all"] = by_group(
        """SELECT 'all', 0, count(*) FROM cases WHERE started"""
    )
    rates["rework-by-all"] = by_group(
        """SELECT 'all', 0, count(*) FROM cases WHERE executed"""
    )
    rates["agreement-by-all"] = by_group(
        """WITH verdicts AS (
            SELECT case_id, "by", arg_min(decision = 'REJECTED', (ts, line)) AS no FROM log WHERE reviewed GROUP BY ALL),
        people AS (SELECT case_id, count(*) AS n, count(DISTINCT no) AS verdicts FROM verdicts GROUP BY case_id)
        SELECT 'all', count(*) FILTER (verdicts = 1), count(*) FROM people WHERE n > 1"""
    )
    return {
        "totals": {
            "entries": one("SELECT count(*) FROM log"),
            "candidates": one("SELECT count(*) FROM cases"),
            "decisions": one("SELECT count(*) FROM log WHERE reviewed"),
        },
        "rates": rates,
        "rows": {
            "decision-time-by-all": times("cases", '"all"'),
            "decision-time-by-week": times("cases", "week"),
            "reviewers": rows(
                """WITH firsts AS (SELECT case_id, "by", arg_min(decision, (ts, line)) AS decision FROM log WHERE reviewed GROUP BY ALL)
                SELECT count(*) AS candidates, count(*) FILTER (decision != 'REJECTED') AS approved,
                count(*) FILTER (decision = 'REJECTED') AS rejected, 0 AS edited FROM firsts GROUP BY "by" """
            ),
        },
        "rework": {
            "submitted_again": one("SELECT count(*) FROM cases WHERE submissions > 1"),
            "of_these_after_a_rejection": one(
                """SELECT count(DISTINCT later.case_id) FROM log AS later JOIN log AS earlier USING (case_id)
                WHERE later.decision = 'SUBMITTED' AND earlier.turned_down AND (earlier.ts, earlier.line) < (later.ts, later.line)"""
            ),
        },
    }
