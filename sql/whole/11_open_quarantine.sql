-- The rows that this run refused wait from now on; not those of no commune, which nobody's group counts.
INSERT INTO ledger.quarantine_state (
    run_id, row_no, province_code, commune_code, parcel_uid, source_system, source_key, national_id, old_commune_code, map_set, map_scale,
    sheet_no, parcel_no, geom, source_alias, national_alias, sheet_alias, shape, area_m2, state)
SELECT %(run_id)s, m.row_no, %(province)s, m.commune_code, p.parcel_uid, s.source_system, s.source_key, coalesce(s.national_id, m.national_alias),
       s.old_commune_code, s.map_set, s.map_scale, s.sheet_no, s.parcel_no, s.refused_geom, s.source_alias, s.national_alias, s.sheet_alias,
       s.shape, s.area_m2, 'open'
FROM merge_row AS m
JOIN {parcel} AS s ON s.row_no = m.row_no
LEFT JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = m.parcel_uid
WHERE m.counted
  AND m.status IN ('quarantine', 'unreadable')
  AND NOT m.outdated
  AND m.commune_code <> '-'
  AND NOT EXISTS (SELECT FROM merge_commune AS c WHERE c.commune_code = m.commune_code AND c.held)
