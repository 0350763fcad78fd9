-- Parcels of which only the key or the source system is another one keep their version.
-- What they were called before stays in their handles, with its days.
UPDATE land.parcel AS p
SET source_system = s.source_system, source_key = s.source_key
FROM merge_result AS r
JOIN {parcel} AS s ON s.row_no = r.row_no
WHERE p.province_code = %(province)s
  AND p.parcel_uid = r.parcel_uid
  AND r.handles_changed
  AND NOT r.version_changed
