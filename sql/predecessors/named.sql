-- What each accepted row names as its predecessors, and which parcel of before that is: the one that had the key, or the one number on
-- its sheet, until this delivery; else the one that had it last. A name that is nobody's, or of several at once, has no parcel.
CREATE TEMP TABLE declared_name ON COMMIT DROP AS
WITH said AS (
    SELECT r.parcel_uid AS child_uid, r.commune_code, 'source_key' AS kind, n.value
    FROM {parcel} AS s
    JOIN merge_result AS r ON r.row_no = s.row_no
    CROSS JOIN LATERAL (SELECT DISTINCT x.value FROM unnest(s.predecessor_keys) AS x (value)) AS n
    WHERE cardinality(s.predecessor_keys) > 0
    UNION ALL
    SELECT r.parcel_uid, r.commune_code, 'sheet', n.value
    FROM {parcel} AS s
    JOIN merge_result AS r ON r.row_no = s.row_no
    CROSS JOIN LATERAL (SELECT DISTINCT x.value FROM unnest(s.predecessor_places) AS x (value)) AS n
    WHERE cardinality(s.predecessor_places) > 0
), had AS (
    SELECT d.child_uid, d.kind, d.value, a.parcel_uid, 'infinity'::timestamptz AS until
    FROM said AS d
    JOIN land.parcel_alias AS a
      ON a.province_code = %(province)s AND a.alias_kind = 'source_key' AND a.alias_value = d.value AND a.recorded_to IS NULL
     AND a.recorded_from < %(now)s
    WHERE d.kind = 'source_key'
    UNION ALL
    SELECT d.child_uid, d.kind, d.value, a.parcel_uid, CASE WHEN a.recorded_to >= %(now)s THEN 'infinity' ELSE a.recorded_to END
    FROM said AS d
    JOIN land.parcel_alias AS a
      ON a.province_code = %(province)s AND a.alias_kind = 'source_key' AND a.alias_value = d.value AND a.recorded_to IS NOT NULL
    WHERE d.kind = 'source_key'
    UNION ALL
    SELECT d.child_uid, d.kind, d.value, a.parcel_uid,
           CASE WHEN a.recorded_to < %(now)s THEN a.recorded_to ELSE 'infinity' END
    FROM said AS d
    JOIN land.parcel_alias AS a
      ON a.province_code = %(province)s AND a.alias_kind = 'sheet' AND a.sheet_place = d.value AND a.recorded_from < %(now)s
    WHERE d.kind = 'sheet'
), last_had AS (
    SELECT h.child_uid, h.kind, h.value, h.parcel_uid,
           rank() OVER (PARTITION BY h.child_uid, h.kind, h.value ORDER BY h.until DESC) AS place
    FROM had AS h
), one AS (
    SELECT l.child_uid, l.kind, l.value, (array_agg(l.parcel_uid))[1] AS parent_uid
    FROM last_had AS l
    WHERE l.place = 1
    GROUP BY l.child_uid, l.kind, l.value
    HAVING count(DISTINCT l.parcel_uid) = 1
)
SELECT d.child_uid, d.commune_code, d.kind, d.value, o.parent_uid
FROM said AS d
LEFT JOIN one AS o ON o.child_uid = d.child_uid AND o.kind = d.kind AND o.value = d.value
