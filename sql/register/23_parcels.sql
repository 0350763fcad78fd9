-- The rows of the live parcels that had these names before this run, where no row has them now: a key or an id was left
-- out, or the merge found the parcel by what it fits.
INSERT INTO register_named (commune_code, name, kind, row_no)
SELECT w.commune_code, w.name, w.kind, m.row_no
FROM register_name AS w
JOIN land.parcel_alias AS a
  ON a.province_code = %(province)s AND a.alias_kind = w.kind AND a.alias_value = w.value
 AND a.recorded_from <> %(merged_at)s AND (a.recorded_to IS NULL OR a.recorded_to = %(merged_at)s)
JOIN merge_row AS m ON m.parcel_uid = a.parcel_uid
WHERE NOT EXISTS (SELECT FROM register_named AS n WHERE n.commune_code = w.commune_code AND n.name = w.name)
