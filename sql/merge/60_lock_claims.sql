-- Every national id that may change hands, locked in the one order all merges keep.
-- So no two can wait for each other. Those that rows bring, and those that parcels may give up: by bringing another one or
-- none, or by ending. An id nobody ever held gets its row here, with no holder yet.
INSERT INTO land.national_id_claim AS claim (national_id, parcel_uid, province_code, claimed_at, run_id)
SELECT touched.national_id, NULL, NULL, NULL, %(run_id)s
FROM (
    SELECT m.national_alias AS national_id
    FROM merge_row AS m
    JOIN merge_changing AS g ON g.row_no = m.row_no AND g.id_changes
    WHERE m.status = 'accept'
      AND m.national_alias IS NOT NULL
      AND NOT EXISTS (SELECT FROM merge_withheld AS w WHERE w.row_no = m.row_no)
    UNION
    SELECT own.alias_value
    FROM (
        SELECT m.parcel_uid
        FROM merge_row AS m
        JOIN merge_changing AS g ON g.row_no = m.row_no AND g.id_changes
        WHERE m.status = 'accept'
        UNION ALL
        SELECT e.parcel_uid FROM merge_ending AS e
    ) AS giving_up
    -- OFFSET keeps the planner to one look into the index per parcel, whatever it believes of the handles.
    CROSS JOIN LATERAL (
        SELECT a.alias_value
        FROM land.parcel_alias AS a
        WHERE a.province_code = %(province)s AND a.parcel_uid = giving_up.parcel_uid
          AND a.alias_kind = 'national_id' AND a.recorded_to IS NULL
        OFFSET 0
    ) AS own
) AS touched
ORDER BY touched.national_id COLLATE "C"
ON CONFLICT (national_id) DO UPDATE SET run_id = claim.run_id
