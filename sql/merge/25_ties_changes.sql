-- Rows of a version that is applied already, and whether they differ.
-- The same again, or the same version with other content.
CREATE TEMP TABLE merge_tie ON COMMIT DROP AS
SELECT m.row_no,
       m.commune_code,
       m.source_uid,
       k.live_commune IS NULL AS gone,
       CASE WHEN s.action = 'end' OR k.ended THEN s.action IS DISTINCT FROM 'end' OR NOT k.ended
            WHEN k.live_commune IS NULL THEN false -- another system's key names its parcel now
            WHEN p.commune_code <> s.commune_code THEN true
            WHEN w.parcel_uid IS NOT NULL AND s.national_id = w.national_id
            THEN p.content_hash IS DISTINCT FROM land.parcel_hash({hashed_without_id}) -- the same, with its id
            ELSE p.content_hash IS DISTINCT FROM s.content_hash
       END AS differs
FROM merge_row AS m
JOIN merge_known AS k ON k.row_no = m.row_no AND k.against_known = 0 AND coalesce(k.against_absence, 1) > 0
JOIN {parcel} AS s ON s.row_no = m.row_no
LEFT JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = m.source_uid
LEFT JOIN land.withheld_id AS w ON w.province_code = %(province)s AND w.parcel_uid = m.source_uid
WHERE m.status = 'accept'
