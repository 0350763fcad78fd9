-- Communes that came whole, and which the same content would leave as they are: because it just did; or because nothing lived there, and
-- each row that was accepted is a parcel of its own by names that no other row has. What was refused would be refused again, if it
-- names no parcel of another commune. Only where each parcel that lives there has a row of its own commune. Not where something is told again each time (a predecessor that nobody knows, an id that is
-- withheld), or where rows of before still wait.
WITH elsewhere AS (
    SELECT DISTINCT m.commune_code
    FROM (SELECT r.commune_code, r.source_uid, r.national_uid, r.sheet_uid FROM merge_row AS r WHERE r.status <> 'accept') AS m
    CROSS JOIN LATERAL (VALUES (m.source_uid), (m.national_uid), (m.sheet_uid)) AS named (parcel_uid)
    JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = named.parcel_uid
    WHERE p.commune_code <> m.commune_code
), kept AS (
    -- Parcels that live on beside a refused row of their own commune.
    SELECT m.commune_code, count(DISTINCT p.parcel_uid) AS parcels
    FROM (SELECT r.commune_code, r.parcel_uid, r.source_uid, r.national_uid, r.sheet_uid FROM merge_row AS r WHERE r.status <> 'accept') AS m
    CROSS JOIN LATERAL (VALUES (m.parcel_uid), (m.source_uid), (m.national_uid), (m.sheet_uid)) AS named (parcel_uid)
    JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = named.parcel_uid AND p.commune_code = m.commune_code
    WHERE NOT EXISTS (SELECT FROM merge_result AS r WHERE r.parcel_uid = p.parcel_uid)
    GROUP BY m.commune_code
), withheld AS (
    SELECT DISTINCT m.commune_code FROM merge_withheld AS w JOIN merge_row AS m ON m.row_no = w.row_no
), waiting AS (
    SELECT q.commune_code, count(*) FILTER (WHERE q.run_id = %(run_id)s) AS mine, count(*) FILTER (WHERE q.run_id <> %(run_id)s) AS before
    FROM ledger.quarantine_state AS q
    WHERE q.province_code = %(province)s AND q.state = 'open'
    GROUP BY q.commune_code
)
INSERT INTO ledger.settled_commune (
    province_code, commune_code, commune_valid_from, content_hmac, without_geometry, recorded_at, run_id)
SELECT %(province)s, c.commune_code, n.valid_from, a.content_hmac, x.without_geometry, %(now)s, %(run_id)s
FROM unnest(%(communes)s::text[], %(contents)s::text[]) AS a (commune_code, content_hmac)
JOIN merge_commune AS c ON c.commune_code = a.commune_code AND c.endable AND NOT c.held
JOIN land.commune AS n ON n.commune_code = c.commune_code AND n.valid_from = c.valid_from
JOIN ledger.receipt_line AS l ON l.run_id = %(run_id)s AND l.commune_code = c.commune_code
JOIN (
    SELECT m.commune_code,
           count(*) FILTER (WHERE m.without_geometry AND m.status = 'accept') AS without_geometry,
           bool_and(m.status IN ('accept', 'quarantine', 'unreadable') AND m.counted AND m.identified AND NOT m.outdated
                    AND m.note IS NULL AND m.merge_code IS NULL AND s.action IS NULL
                    AND coalesce(cardinality(s.predecessor_keys), 0) + coalesce(cardinality(s.predecessor_places), 0) = 0) AS plain,
           bool_and(m.status <> 'accept'
                    OR NOT r.is_new AND NOT r.version_changed AND NOT r.items_changed AND NOT r.handles_changed
                    AND coalesce(m.source_uid = m.parcel_uid, m.source_alias IS NULL)
                    AND coalesce(m.national_uid = m.parcel_uid, m.national_alias IS NULL)
                    AND coalesce(m.sheet_uid = m.parcel_uid, m.sheet_alias IS NULL)) AS left_as_it_was,
           bool_and(coalesce(m.source_uid, m.national_uid, m.sheet_uid) IS NULL AND NOT m.without_geometry
                    AND (m.status <> 'accept' OR r.is_new AND s.codes NOT LIKE '%%IDN-DUP%%')) AS each_its_own
    FROM merge_row AS m
    JOIN {parcel} AS s ON s.row_no = m.row_no
    LEFT JOIN merge_result AS r ON r.row_no = m.row_no
    GROUP BY m.commune_code
) AS x ON x.commune_code = c.commune_code AND x.plain
LEFT JOIN waiting AS q ON q.commune_code = c.commune_code
LEFT JOIN kept AS k ON k.commune_code = c.commune_code
WHERE l.moved_in + l.moved_out + l.ended + l.ended_by_row + l.changed + l.ignored + l.held = 0
  AND l.current_after = l.new + l.unchanged + coalesce(k.parcels, 0)
  AND (x.left_as_it_was AND l.new = 0 OR x.each_its_own AND l.unchanged = 0 AND l.current_before = 0)
  AND c.commune_code NOT IN (SELECT e.commune_code FROM elsewhere AS e UNION ALL SELECT w.commune_code FROM withheld AS w)
  AND coalesce(q.mine, 0) = l.quarantined + l.unreadable
  AND coalesce(q.before, 0) = 0
