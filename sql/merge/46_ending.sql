-- What would end: absent from a commune that came whole.
-- Endings by absence; `by_row` are those of the next step.
CREATE TEMP TABLE merge_ending ON COMMIT DROP AS
SELECT p.parcel_uid, p.commune_code, p.area_m2, false AS by_row
FROM land.parcel AS p
JOIN merge_commune AS c ON c.commune_code = p.commune_code AND c.endable
WHERE p.province_code = %(province)s
  AND NOT EXISTS (SELECT FROM merge_present AS x WHERE x.parcel_uid = p.parcel_uid)
