-- What the last accepted judgement said of each commune that lives now, as the load writes it: no row refused.
INSERT INTO land.dataset (
    commune_code, commune_valid_from, province_code, run_id, delivery_sha256, accepted_at, complete, rows_read, quarantined,
    unreadable, usability_group, provisional, reasons, measures, policy)
SELECT p.commune_code, p.commune_valid_from, p.province_code, %(run_id)s, '0', %(now)s, true, count(*), 0, 0, 1, false, '[]', '{}', '-'
FROM land.parcel AS p
WHERE p.province_code = %(province)s
GROUP BY p.commune_code, p.commune_valid_from, p.province_code
ON CONFLICT (commune_code, commune_valid_from) DO NOTHING
