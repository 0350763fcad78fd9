INSERT INTO ledger.finding (
    run_id, finding_id, province_code, commune_code, check_code, severity, row_no, handle, measure, unit, width_mm, detail,
    others, other_commune_code, quarantines, place)
SELECT %(run_id)s, f.finding_id, %(province)s, f.commune_code, f.check_code, f.severity, f.row_no, f.handle, f.measure, f.unit,
       f.width_mm, f.detail, f.others, f.other_commune_code, f.quarantines,
       public.ST_SetSRID(f.place_wkb::public.geometry, f.place_srid)
FROM merge_finding AS f
WHERE NOT f.known
ON CONFLICT (run_id, finding_id, row_no) DO NOTHING
