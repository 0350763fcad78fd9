-- The communes that were judged and went live. `whole`: every parcel of the commune was in the delivery, so what is not
-- there is gone. The rows of no commune (-) are whole when every commune is that the province has.
CREATE TEMP TABLE register_looked ON COMMIT DROP AS
WITH looked AS (
    SELECT l.commune_code, l.not_run, NOT %(changes)s AND coalesce(c.endable AND NOT c.held, false) AS whole
    FROM jsonb_to_recordset(%(looked)s) AS l (commune_code text, not_run text[])
    LEFT JOIN merge_commune AS c ON c.commune_code = l.commune_code
)
SELECT l.commune_code, l.not_run,
       CASE WHEN l.commune_code <> '-' THEN l.whole
            ELSE NOT %(changes)s
                 AND EXISTS (SELECT FROM looked AS x WHERE x.whole)
                 AND NOT EXISTS (SELECT FROM land.dataset AS d
                                 WHERE d.province_code = %(province)s
                                   AND NOT EXISTS (SELECT FROM looked AS x WHERE x.commune_code = d.commune_code AND x.whole))
       END AS whole
FROM looked AS l
