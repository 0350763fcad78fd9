-- Every national id that may change hands, locked in the one order all merges keep.
-- So no two can wait for each other. An id nobody ever held gets its row here, with no holder yet.
INSERT INTO land.national_id_claim AS claim (national_id, parcel_uid, province_code, claimed_at, run_id)
SELECT touched.national_id, NULL, NULL, NULL, %(run_id)s
FROM (
    SELECT m.national_alias AS national_id
    FROM merge_row AS m
    WHERE m.status = 'accept'
      AND m.national_alias IS NOT NULL
      AND m.national_uid IS DISTINCT FROM m.parcel_uid
    UNION
    SELECT own.national_id
    FROM merge_row AS m
    JOIN land.national_id_claim AS own ON own.parcel_uid = m.parcel_uid
    WHERE m.status = 'accept'
      AND m.national_alias IS NOT NULL
      AND m.national_uid IS DISTINCT FROM m.parcel_uid
      AND (m.source_uid IS NOT NULL OR m.sheet_uid IS NOT NULL OR EXISTS (SELECT FROM merge_fit AS f WHERE f.row_no = m.row_no))
) AS touched
ORDER BY touched.national_id COLLATE "C"
ON CONFLICT (national_id) DO UPDATE SET run_id = claim.run_id
