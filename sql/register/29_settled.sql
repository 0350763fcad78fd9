-- Of these cases those that are settled. In a commune that was delivered whole what is not there is gone; of one
-- delivered in part only cases are settled all of whose parcels were delivered, or by a check that looks at what else the
-- commune has: at least one, and the others live or waiting. A change set settles cases of single
-- rows, by checks that need nothing but the row, or that would have refused it; and every case of a parcel it ends.
CREATE TEMP TABLE register_settled ON COMMIT DROP AS
SELECT m.finding_id, m.severity,
       CASE WHEN m.dropped THEN 'retired' ELSE 'fixed' END AS state,
       CASE WHEN m.dropped THEN 'dropped'
            WHEN m.of_changes AND NOT %(changes)s THEN 'superseded'
            WHEN own.ended OR other.ended OR own.nowhere + other.nowhere > 0 THEN 'gone'
            ELSE 'mended' END AS because
FROM register_missing AS m
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE m.whole IS NOT NULL AND r.name IS NULL) AS absent,
           count(*) FILTER (WHERE m.whole IS NOT NULL AND r.name IS NULL AND b.name IS NULL) AS nowhere,
           count(r.name) AS delivered,
           coalesce(bool_or(NOT r.judged AND m.whole IS NOT NULL), false) AS unjudged,
           coalesce(bool_or(r.ended), false) AS ended,
           coalesce(bool_and(n.name NOT LIKE 'handle|%%'), false) AS sure
    FROM unnest(m.names) AS n (name)
    LEFT JOIN register_row AS r ON r.commune_code = m.commune_code AND r.name = n.name
    LEFT JOIN register_beside AS b ON b.commune_code = m.commune_code AND b.name = n.name
) AS own
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE m.other_whole IS NOT NULL AND r.name IS NULL) AS absent,
           count(*) FILTER (WHERE m.other_whole IS NOT NULL AND r.name IS NULL AND b.name IS NULL) AS nowhere,
           count(r.name) AS delivered,
           coalesce(bool_or(NOT r.judged AND m.other_whole IS NOT NULL), false) AS unjudged,
           coalesce(bool_or(r.ended), false) AS ended,
           coalesce(bool_and(n.name NOT LIKE 'handle|%%'), false) AS sure
    FROM unnest(m.other_names) AS n (name)
    LEFT JOIN register_row AS r ON r.commune_code = m.other_commune_code AND r.name = n.name
    LEFT JOIN register_beside AS b ON b.commune_code = m.other_commune_code AND b.name = n.name
) AS other
WHERE NOT EXISTS (SELECT FROM register_renamed AS r WHERE r.before = m.finding_id)
  AND (m.dropped
       OR own.ended
       OR other.ended
       OR (NOT own.unjudged
           AND NOT other.unjudged
           AND (m.whole IS NULL OR m.whole OR (own.absent = 0 AND own.sure)
                OR (own.nowhere = 0 AND own.sure AND own.delivered > 0 AND m.check_code = ANY (%(beside)s::text[])))
           AND (m.other_whole IS NULL OR m.other_whole OR (other.absent = 0 AND other.sure))
           AND (NOT %(changes)s
                OR (cardinality(m.names) = 1
                    AND m.other_commune_code IS NULL
                    AND (m.quarantines OR m.check_code = ANY (%(of_rows)s::text[]))))))
