-- What differs in the many-valued part: to insert, change, close.
-- Closing covers parcels that end. Of a commune of which the delivery does not say such things (`spoken`), what is known stays.
CREATE TEMP TABLE {diff} ON COMMIT DROP AS
WITH wanted AS (
    SELECT m.parcel_uid, s.item_no, s.content_hash, s.row_no
    FROM {staged} AS s
    JOIN merge_row AS m ON m.row_no = s.row_no AND m.status = 'accept'
    WHERE (%(spoken)s::text[] IS NULL OR m.commune_code = ANY (%(spoken)s::text[]))
), live AS (
    -- Two joins: of a table of both, the planner would not know that a parcel is in it but once.
    SELECT i.parcel_uid, i.item_no, i.content_hash
    FROM merge_row AS m
    JOIN {live} AS i ON i.province_code = %(province)s AND i.parcel_uid = m.parcel_uid
    WHERE m.status = 'accept'
      AND (%(spoken)s::text[] IS NULL OR m.commune_code = ANY (%(spoken)s::text[]))
    UNION ALL
    SELECT i.parcel_uid, i.item_no, i.content_hash
    FROM merge_ending AS e
    JOIN {live} AS i ON i.province_code = %(province)s AND i.parcel_uid = e.parcel_uid
)
SELECT coalesce(w.parcel_uid, l.parcel_uid) AS parcel_uid,
       coalesce(w.item_no, l.item_no) AS item_no,
       w.row_no,
       CASE WHEN l.parcel_uid IS NULL THEN 'insert' WHEN w.parcel_uid IS NULL THEN 'close' ELSE 'change' END AS action
FROM wanted AS w
FULL JOIN live AS l ON l.parcel_uid = w.parcel_uid AND l.item_no = w.item_no
WHERE w.content_hash IS DISTINCT FROM l.content_hash
