SELECT l.run_id, l.commune_code, l.read, l.new, l.changed, l.unchanged, l.ended_by_row, l.ignored, l.quarantined, l.unreadable, l.held,
       l.current_before, l.moved_in, l.moved_out, l.ended, l.current_after,
       l.area_before_m2, l.area_in_m2, l.area_out_m2, l.area_after_m2, l.manifest_sha256
FROM ledger.receipt_line AS l
JOIN ledger.receipt AS r ON r.run_id = l.run_id
WHERE (%(province)s::text IS NULL OR r.province_code = %(province)s)
  AND (%(run_id)s::text IS NULL OR r.run_id = %(run_id)s)
ORDER BY l.run_id, l.commune_code
