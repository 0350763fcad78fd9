-- Every national id that may change hands, locked in the one order all merges keep.
-- So no two can wait for each other. Those that rows bring, also where they are withheld from a new parcel, and those that parcels may give
-- up: so of two provinces between which a parcel passes in one moment the second sees what the first did. An id nobody ever held gets
-- its row here, with no holder yet.
INSERT INTO land.national_id_claim AS claim (national_id, parcel_uid, province_code, claimed_at, run_id)
SELECT touched.national_id, NULL, NULL, NULL, %(run_id)s
FROM (
    SELECT m.national_alias AS national_id
    FROM merge_row AS m
    JOIN merge_changing AS g ON g.row_no = m.row_no AND g.takes_id
    WHERE m.status = 'accept'
      AND m.national_alias IS NOT NULL
    UNION
    SELECT m.national_alias
    FROM merge_withheld AS w
    JOIN merge_row AS m ON m.row_no = w.row_no
    JOIN merge_changing AS g ON g.row_no = m.row_no AND g.is_new
    WHERE m.status = 'accept'
    UNION
    SELECT g.national_id FROM merge_giving_up AS g
) AS touched
ORDER BY touched.national_id COLLATE "C"
ON CONFLICT (national_id) DO UPDATE SET run_id = claim.run_id
