-- Up to when everything that a source changed has come, in every commune that ever came whole: to the first gap, or to
-- the end of the last change set.
WITH reached AS (
    SELECT w.commune_code,
           greatest(w.snapshot_at, (SELECT max(least(c.observed_at, c.recorded_at)) FROM ledger.change_set AS c
                                    WHERE c.province_code = w.province_code)) AS moment
    FROM land.source_watermark AS w
    WHERE w.province_code = %(province)s
), gap AS (
    SELECT g.commune_code, min(coalesce(g.since, '-infinity')) AS since
    FROM ledger.change_gap AS g
    WHERE g.province_code = %(province)s
    GROUP BY g.commune_code
)
SELECT nullif(min(coalesce(g.since, r.moment)), '-infinity') AS covered_to
FROM reached AS r LEFT JOIN gap AS g ON g.commune_code = r.commune_code
