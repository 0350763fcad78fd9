-- Accepted rows that are no living parcel: one that ended comes back, or a new one begins.
-- It comes back where it had the same id or the same number when it ended, and its land shows that it is the same; of several
-- the one that ended last. Not one that another row brings back by its key; a row that says again that it ended does not. A new
-- parcel's uid is its own for good; those of a commune follow each other, so that what is written and read together lies together.
WITH back AS (
    SELECT DISTINCT ON (m.row_no) m.row_no, was.parcel_uid
    FROM merge_row AS m
    JOIN {parcel} AS s ON s.row_no = m.row_no
    CROSS JOIN LATERAL (VALUES (1, 'national_id', m.national_alias), (2, 'sheet', m.sheet_alias)) AS handle (rank, kind, value)
    JOIN land.parcel_alias AS was
      ON was.province_code = %(province)s
     AND was.alias_kind = handle.kind
     AND was.alias_value = handle.value
     AND was.recorded_to IS NOT NULL
    JOIN LATERAL (
        SELECT v.geom, v.recorded_to, v.closed_because
        FROM land.parcel_version AS v
        WHERE v.province_code = %(province)s AND v.parcel_uid = was.parcel_uid AND v.late_row = 0
        ORDER BY v.recorded_to DESC
        LIMIT 1
    ) AS last ON last.closed_because = 'ended' AND last.recorded_to = was.recorded_to
    WHERE m.status = 'accept'
      AND m.parcel_uid IS NULL
      AND NOT EXISTS (SELECT FROM land.parcel AS p WHERE p.province_code = %(province)s AND p.parcel_uid = was.parcel_uid)
      AND NOT EXISTS (SELECT FROM merge_row AS t WHERE t.parcel_uid = was.parcel_uid AND t.status = 'accept')
      AND land.common_share(last.geom, s.geom) >= %(same_land_share)s
    ORDER BY m.row_no, last.recorded_to DESC, handle.rank
), chosen AS (
    SELECT DISTINCT ON (b.parcel_uid) b.row_no, b.parcel_uid
    FROM back AS b
    ORDER BY b.parcel_uid, b.row_no
)
UPDATE merge_row AS m
SET parcel_uid = coalesce(c.parcel_uid, land.uid_in_order(%(now)s, asked.number))
FROM (
    SELECT a.row_no, row_number() OVER (ORDER BY a.commune_code, a.row_no) AS number
    FROM merge_row AS a
    WHERE a.parcel_uid IS NULL
      AND a.status = 'accept'
) AS asked
LEFT JOIN chosen AS c ON c.row_no = asked.row_no
WHERE asked.row_no = m.row_no
