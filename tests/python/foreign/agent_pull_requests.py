"""Pull requests of two programs (AIDev), by DuckDB."""

import duckdb

from .queries import by_group, one, rows, times


def figures(folder):
    duckdb.sql("SET TimeZone = 'UTC'")
    duckdb.sql(
        f"""CREATE TABLE proposals AS SELECT *, merged_at IS NOT NULL AS merged,
        closed_at IS NOT NULL AND merged_at IS NULL AS rejected FROM read_csv('{folder}/proposals.csv')"""
    )
    # Who merges or closes is one more person. What is said after that decides nothing.
    duckdb.sql(
        f"""CREATE TABLE decisions AS
        SELECT proposal_id, reviewer::VARCHAR AS person, submitted_at AS made_at, review_id AS place, CASE
            WHEN r.state = 'APPROVED' THEN 'approved' WHEN p.merged THEN 'edited' ELSE 'held' END AS verb
        FROM read_csv('{folder}/reviews.csv') AS r JOIN proposals AS p USING (proposal_id)
        WHERE r.state IN ('APPROVED', 'CHANGES_REQUESTED') AND (NOT (merged OR rejected) OR submitted_at < coalesce(merged_at, closed_at))
        UNION ALL
        SELECT proposal_id, 'maintainer', coalesce(merged_at, closed_at), 0, if(merged, 'approved', 'rejected')
        FROM proposals WHERE merged OR rejected"""
    )
    duckdb.sql(
        """CREATE TABLE cases AS SELECT p.proposal_id, 'all' AS "all", category AS "action-type", merged, rejected,
        'generators/' || replace(lower(generator), '_', '-') AS proposer, strftime(created_at, '%G-W%V') AS week,
        count(d.verb) > 0 AS decided,
        coalesce(bool_or(d.verb = 'edited' AND d.made_at < merged_at), false) AS edited,
        epoch_us(min(d.made_at)) - epoch_us(created_at) AS took_us
        FROM proposals AS p LEFT JOIN decisions AS d USING (proposal_id)
        GROUP BY p.proposal_id, category, merged, rejected, generator, created_at"""
    )
    rates = {}
    for grouping in ("all", "action-type", "proposer", "week"):
        for question, hit in (("rejections", "rejected"), ("edits", "edited")):
            rates[f"{question}-by-{grouping}"] = by_group(
                f"""SELECT "{grouping}", count(*) FILTER ({hit}), count(*) FROM cases WHERE decided GROUP BY ALL"""
            )
    rates["rework-by-all"] = by_group(
        """SELECT 'all', 0, count(*) FROM cases WHERE merged"""
    )
    rates["harm-by-proposer"] = by_group(
        """SELECT proposer, count(*) FILTER (rejected OR edited), count(*) FROM cases WHERE merged OR rejected GROUP BY ALL"""
    )
    rates["agreement-by-all"] = by_group(
        """WITH verdicts AS (SELECT proposal_id, person, arg_min(verb, made_at) AS verb FROM decisions
            WHERE verb IN ('approved', 'rejected') GROUP BY ALL),
        people AS (SELECT proposal_id, count(*) AS n, count(DISTINCT verb) AS verdicts FROM verdicts GROUP BY ALL)
        SELECT 'all', count(*) FILTER (verdicts = 1), count(*) FROM people WHERE n > 1"""
    )
    return {
        "totals": {
            "candidates": one("SELECT count(*) FROM proposals"),
            "decisions": one("SELECT count(*) FROM decisions"),
        },
        "rates": rates,
        "rows": {
            f"decision-time-by-{grouping}": times("cases", f'"{grouping}"')
            for grouping in ("all", "action-type", "proposer", "week")
        }
        | {
            "reviewers": rows(
                """WITH firsts AS (SELECT proposal_id, person, arg_min(verb, (made_at, place)) AS verb FROM decisions GROUP BY ALL)
                SELECT count(*) AS candidates, count(*) FILTER (verb = 'approved') AS approved,
                count(*) FILTER (verb = 'edited') AS edited, count(*) FILTER (verb = 'rejected') AS rejected,
                count(*) FILTER (verb = 'held') AS held FROM firsts GROUP BY person"""
            )
        },
    }
