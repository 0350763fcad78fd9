-- Versions and ends that only came late: a newer one of their object is known, or is in the same set.
-- Each with the parcel that its object is. `content`: with its commune, which is a state of the parcel too. Of several versions in one set, where the newest of them was applied; where it waits
-- or was refused, all of them will come again. None of a held commune, none that is known already, and none whose land is not
-- the parcel's: then its key meant another one. An end of what
-- has ended is here too: what comes late may stand between the two.
CREATE TEMP TABLE merge_late ON COMMIT DROP AS
WITH applied AS (
    SELECT m.source_alias, m.parcel_uid
    FROM merge_result AS r
    JOIN merge_row AS m ON m.row_no = r.row_no
    UNION ALL
    SELECT m.source_alias, e.parcel_uid
    FROM merge_ending AS e
    JOIN merge_row AS m ON m.parcel_uid = e.parcel_uid AND m.status = 'end'
    WHERE e.by_row
    UNION ALL
    SELECT m.source_alias, m.source_uid
    FROM merge_row AS m
    WHERE m.tombstone AND m.note = 'end_of_unknown' AND m.source_uid IS NOT NULL
), late AS (
    SELECT m.row_no, m.source_uid AS parcel_uid
    FROM merge_row AS m
    WHERE m.status = 'ignored' AND m.note = 'older' AND m.source_uid = m.parcel_uid
    UNION ALL
    SELECT m.row_no, m.source_uid
    FROM merge_row AS m
    WHERE m.tombstone AND m.note = 'end_of_unknown' AND m.source_uid IS NOT NULL
    UNION ALL
    SELECT m.row_no, a.parcel_uid
    FROM merge_row AS m
    JOIN applied AS a ON a.source_alias = m.source_alias
    WHERE m.status = 'ignored' AND m.note = 'superseded'
)
SELECT DISTINCT ON (l.parcel_uid, s.source_order)
       l.row_no, l.parcel_uid, s.source_order, s.action IS NOT DISTINCT FROM 'end' AS ends, c.valid_from,
       s.content_hash || convert_to(s.commune_code, 'UTF8') AS content,
       land.observed_at(%(order_kind)s::text, s.source_order, %(observed_at)s::timestamptz) AS observed_at
FROM late AS l
JOIN merge_row AS m ON m.row_no = l.row_no AND m.counted
JOIN {parcel} AS s ON s.row_no = l.row_no
JOIN merge_commune AS c ON c.commune_code = m.commune_code AND NOT c.held
LEFT JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = l.parcel_uid
WHERE %(order_kind)s::text IS NOT NULL
  AND s.source_order IS NOT NULL
  AND (s.action IS NOT DISTINCT FROM 'end' OR s.content_hash IS NOT NULL)
  AND NOT EXISTS (SELECT FROM merge_commune AS there WHERE there.commune_code = p.commune_code AND there.held)
  AND (p.order_kind, p.source_order) IS DISTINCT FROM (%(order_kind)s::text, s.source_order)
  AND NOT EXISTS (SELECT FROM land.parcel_told AS t
                  WHERE t.province_code = %(province)s AND t.parcel_uid = l.parcel_uid
                    AND t.order_kind = %(order_kind)s::text AND t.source_order = s.source_order)
  AND NOT EXISTS (SELECT FROM land.parcel_version AS v
                  WHERE v.province_code = %(province)s AND v.parcel_uid = l.parcel_uid
                    AND ((v.order_kind = %(order_kind)s::text AND v.source_order = s.source_order)
                         OR (v.ended_order_kind = %(order_kind)s::text AND v.ended_order = s.source_order)))
  AND (s.action IS NOT DISTINCT FROM 'end'
       OR p.parcel_uid IS NOT NULL AND (p.geom IS NULL OR s.geom IS NULL)
       OR land.covered_share(p.geom, s.geom) >= %(apart_share)s
       OR EXISTS (SELECT FROM land.parcel_version AS v
                  WHERE v.province_code = %(province)s AND v.parcel_uid = l.parcel_uid AND v.late_row = 0
                    AND land.covered_share(v.geom, s.geom) >= %(apart_share)s))
ORDER BY l.parcel_uid, s.source_order, l.row_no
