-- The lines of the receipt that leads from the old hashes to the new ones: nothing was read and nothing changed but the digest.
SELECT a.commune_code, 0 AS read, 0 AS new, 0 AS changed, 0 AS unchanged, 0 AS ended_by_row, 0 AS ignored, 0 AS quarantined,
       0 AS unreadable, 0 AS held, a.current_after AS current_before, 0 AS moved_in, 0 AS moved_out, 0 AS ended, a.current_after,
       a.area_after_m2 AS area_before_m2, 0 AS area_in_m2, 0 AS area_out_m2, a.area_after_m2, f.digest AS manifest_sha256
FROM rehash_agreed AS a
JOIN (
    SELECT m.commune_code,
           encode(sha256(string_agg(uuid_send(m.parcel_uid) || {proved}, ''::bytea ORDER BY m.parcel_uid)), 'hex') AS digest
    FROM ledger.manifest AS m
    WHERE m.province_code = %(province)s
    GROUP BY m.commune_code
) AS f ON f.commune_code = a.commune_code
WHERE f.digest <> a.manifest_sha256
ORDER BY a.commune_code
