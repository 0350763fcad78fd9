-- What differs of each living parcel, by group of columns: what it was and what it would be.
-- Values as text, long ones as their digest. `emptied`: a column of the group had a value and would have none; `earlier`:
-- the parcel had this before, in a version that is closed.
CREATE TEMP TABLE merge_value ON COMMIT DROP AS
SELECT c.parcel_uid, c.commune_code, g.column_group, g.before, g.after, g.emptied, coalesce(g.earlier, false) AS earlier
FROM merge_changing AS c
JOIN {parcel} AS s ON s.row_no = c.row_no
JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = c.parcel_uid
CROSS JOIN LATERAL (
    SELECT bool_or(v.geom = s.geom) AS geometry,
           bool_or(v.land_use IS NOT DISTINCT FROM s.land_use) AS land_use,
           bool_or(v.area_legal_m2 IS NOT DISTINCT FROM s.area_legal_m2) AS area,
           bool_or(v.address IS NOT DISTINCT FROM s.address) AS address,
           bool_or(v.national_id IS NOT DISTINCT FROM s.national_id) AS national_id,
           bool_or((v.sheet_no, v.parcel_no) IS NOT DISTINCT FROM (s.sheet_no, s.parcel_no)) AS number
    FROM land.parcel_version AS v
    WHERE v.province_code = %(province)s AND v.parcel_uid = c.parcel_uid
) AS was
CROSS JOIN LATERAL (
    VALUES ('geometry', CASE WHEN c.dx IS NULL THEN '' ELSE md5(public.ST_AsBinary(p.geom)) END,
            CASE WHEN c.dx IS NULL THEN '' ELSE md5(public.ST_AsBinary(s.geom)) END, false, was.geometry),
           ('land_use', p.land_use, s.land_use, p.land_use IS NOT NULL AND s.land_use IS NULL, was.land_use),
           ('area', p.area_legal_m2::text, s.area_legal_m2::text,
            p.area_legal_m2 IS NOT NULL AND s.area_legal_m2 IS NULL, was.area),
           ('address', p.address, s.address, p.address IS NOT NULL AND s.address IS NULL, was.address),
           ('national_id', p.national_id, s.national_id, p.national_id IS NOT NULL AND s.national_id IS NULL,
            was.national_id),
           ('number', p.sheet_no || '/' || p.parcel_no, s.sheet_no || '/' || s.parcel_no,
            (p.sheet_no IS NOT NULL AND s.sheet_no IS NULL) OR (p.parcel_no IS NOT NULL AND s.parcel_no IS NULL),
            was.number)
) AS g (column_group, before, after, emptied, earlier)
WHERE NOT c.is_new
  AND g.before IS DISTINCT FROM g.after
