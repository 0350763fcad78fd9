-- What becomes of every accepted row.
-- A parcel that is in another commune now, or in another one of the same code, has a new version too.
CREATE TEMP TABLE merge_result ON COMMIT DROP AS
SELECT m.row_no,
       m.parcel_uid,
       m.commune_code,
       CASE WHEN p.commune_code IS DISTINCT FROM m.commune_code THEN p.commune_code END AS moved_from,
       p.area_m2 AS area_before,
       s.area_m2 AS area_after,
       p.parcel_uid IS NULL AS is_new,
       p.parcel_uid IS NOT NULL
           AND (p.content_hash IS DISTINCT FROM s.content_hash
                OR p.commune_code IS DISTINCT FROM m.commune_code
                OR p.commune_valid_from IS DISTINCT FROM c.valid_from) AS version_changed,
       items.parcel_uid IS NOT NULL AS items_changed
FROM merge_row AS m
JOIN {parcel} AS s ON s.row_no = m.row_no
JOIN merge_commune AS c ON c.commune_code = m.commune_code
LEFT JOIN (
    SELECT d.parcel_uid FROM merge_land_use_part AS d
    UNION
    SELECT d.parcel_uid FROM merge_land_user AS d
    UNION
    SELECT d.parcel_uid FROM merge_certificate AS d
) AS items ON items.parcel_uid = m.parcel_uid
LEFT JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = m.parcel_uid
WHERE m.status = 'accept'
