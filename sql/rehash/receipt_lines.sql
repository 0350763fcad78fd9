INSERT INTO ledger.receipt_line (
    run_id, commune_code, read, new, changed, unchanged, ended_by_row, ignored, quarantined, unreadable, held,
    current_before, moved_in, moved_out, ended, current_after,
    area_before_m2, area_in_m2, area_out_m2, area_after_m2, manifest_sha256)
SELECT %(run_id)s, l.commune_code, l.read, l.new, l.changed, l.unchanged, l.ended_by_row, l.ignored, l.quarantined,
       l.unreadable, l.held, l.current_before, l.moved_in, l.moved_out, l.ended, l.current_after,
       l.area_before_m2, l.area_in_m2, l.area_out_m2, l.area_after_m2, l.manifest_sha256
FROM jsonb_to_recordset(%(lines)s) AS l (
    commune_code text, read integer, new integer, changed integer, unchanged integer, ended_by_row integer,
    ignored integer, quarantined integer, unreadable integer, held integer, current_before integer, moved_in integer,
    moved_out integer, ended integer, current_after integer, area_before_m2 numeric, area_in_m2 numeric,
    area_out_m2 numeric, area_after_m2 numeric, manifest_sha256 text)
