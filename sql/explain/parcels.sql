-- Live parcels that a name may mean. Every partition is asked by its index: hence the list of provinces.
WITH named AS (
    SELECT a.province_code, a.parcel_uid
    FROM land.parcel_alias AS a
    WHERE a.province_code = ANY (%(provinces)s) AND a.recorded_to IS NULL
      AND a.alias_kind = 'source_key' AND a.alias_value = ANY (%(source_handles)s)
    UNION
    SELECT a.province_code, a.parcel_uid
    FROM land.parcel_alias AS a
    WHERE a.province_code = ANY (%(provinces)s) AND a.recorded_to IS NULL
      AND a.alias_kind = 'national_id' AND a.alias_value = lower(%(text)s)
    UNION
    SELECT p.province_code, p.parcel_uid
    FROM land.parcel AS p
    WHERE p.province_code = ANY (%(provinces)s) AND p.parcel_uid = %(uid)s::uuid
    UNION
    SELECT p.province_code, p.parcel_uid
    FROM land.parcel AS p
    WHERE p.commune_code = %(commune)s AND p.sheet_no = %(sheet)s AND p.parcel_no = %(number)s
)
SELECT p.province_code, p.commune_code, p.parcel_uid::text AS parcel_uid, p.source_system, p.source_key, p.national_id,
       sheet.old_commune_code, p.map_set, p.map_scale, p.sheet_no, p.parcel_no, p.stale_since, p.recorded_from, p.run_id
FROM named AS n
JOIN land.parcel AS p ON p.province_code = n.province_code AND p.parcel_uid = n.parcel_uid
LEFT JOIN land.parcel_alias AS sheet
  ON sheet.province_code = n.province_code AND sheet.parcel_uid = n.parcel_uid
 AND sheet.alias_kind = 'sheet' AND sheet.recorded_to IS NULL
WHERE p.province_code = ANY (%(provinces)s)
ORDER BY p.province_code, p.commune_code, p.parcel_uid
LIMIT 100
