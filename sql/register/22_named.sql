-- The rows that have those names to the letter: a handle, or a geometry that no handle named alone. The names of before
-- (`handle|`) may be of any kind; they tell only what is gone.
CREATE TEMP TABLE register_named ON COMMIT DROP AS
SELECT w.commune_code, w.name, w.kind, s.row_no
FROM register_name AS w
JOIN {parcel} AS s ON s.source_alias = w.value
WHERE w.kind = 'source_key'
UNION ALL
SELECT w.commune_code, w.name, w.kind, s.row_no
FROM register_name AS w
JOIN {parcel} AS s ON s.national_alias = w.value
WHERE w.kind = 'national_id'
UNION ALL
SELECT w.commune_code, w.name, w.kind, s.row_no
FROM register_name AS w
JOIN {parcel} AS s ON s.sheet_alias = w.value
WHERE w.kind = 'sheet'
UNION ALL
SELECT w.commune_code, w.name, w.kind, s.row_no
FROM register_name AS w
JOIN (
    SELECT x.row_no, coalesce(x.shape, encode(sha256(public.st_asbinary(x.geom, 'NDR')), 'hex')) AS shape
    FROM {parcel} AS x
    WHERE EXISTS (SELECT FROM register_name AS g WHERE g.kind = 'geometry' AND g.commune_code IN (x.dataset, '-'))
) AS s ON s.shape = w.value
WHERE w.kind = 'geometry'
UNION ALL
SELECT w.commune_code, w.name, w.kind, s.row_no
FROM register_name AS w
JOIN {parcel} AS s
  ON coalesce(s.source_key, s.national_alias,
              CASE WHEN s.sheet_alias IS NOT NULL THEN s.sheet_no || '/' || s.parcel_no END) = w.value
WHERE w.kind = 'handle'
