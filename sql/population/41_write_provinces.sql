-- What the import left in each province that the file names.
INSERT INTO ledger.population_import_province (
    import_id, province_code, lines, land_users, found, mismatched, not_found, not_sent)
SELECT %(import_id)s, p.code, p.lines, p.land_users, p.found, p.mismatched, p.not_found, p.not_sent
FROM jsonb_to_recordset(%(provinces)s) AS p (
    code text, lines bigint, land_users bigint, found bigint, mismatched bigint, not_found bigint, not_sent bigint)
