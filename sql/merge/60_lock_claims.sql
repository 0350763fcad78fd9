-- Every national id that may change hands, locked in the one order all merges keep.
-- So no two can wait for each other. Those that rows bring, also where they are withheld from a new parcel, and those that parcels may give
-- up: so of two provinces between which a parcel passes in one moment the second sees what the first did. An id nobody ever held gets
-- its row here, with the parcel that its row brings it to: written once, and taken back (83) where that row is refused after all.
INSERT INTO land.national_id_claim AS claim (national_id, parcel_uid, province_code, claimed_at)
SELECT DISTINCT ON (touched.national_id COLLATE "C")
       touched.national_id, touched.taken_by,
       CASE WHEN touched.taken_by IS NOT NULL THEN %(province)s END,
       CASE WHEN touched.taken_by IS NOT NULL THEN %(now)s::timestamptz END
FROM (
    SELECT m.national_alias AS national_id, m.parcel_uid AS taken_by
    FROM merge_row AS m
    JOIN merge_changing AS g ON g.row_no = m.row_no AND g.takes_id
    WHERE m.status = 'accept'
      AND m.national_alias IS NOT NULL
    UNION ALL
    SELECT m.national_alias, NULL
    FROM merge_withheld AS w
    JOIN merge_row AS m ON m.row_no = w.row_no
    JOIN merge_changing AS g ON g.row_no = m.row_no AND g.is_new
    WHERE m.status = 'accept'
    UNION ALL
    SELECT g.national_id, NULL FROM merge_giving_up AS g
) AS touched
ORDER BY touched.national_id COLLATE "C", touched.taken_by
ON CONFLICT (national_id) DO UPDATE SET last_province_code = claim.last_province_code
