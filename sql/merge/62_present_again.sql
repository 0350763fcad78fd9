-- What the refused rows name, and those that wait, is there.
-- As before: each could be any of the parcels that its handles name, but a refused one not what the source says is another object.
INSERT INTO merge_present (parcel_uid)
SELECT seen.parcel_uid
FROM (
    SELECT m.row_no, m.merge_code, named.parcel_uid
    FROM merge_row AS m
    CROSS JOIN LATERAL (VALUES (m.parcel_uid), (m.national_uid), (m.sheet_uid)) AS named (parcel_uid)
    WHERE m.merge_code IS NOT NULL OR m.note = 'waits_elsewhere'
    UNION
    SELECT m.row_no, m.merge_code, f.parcel_uid
    FROM merge_fit AS f
    JOIN merge_row AS m ON m.row_no = f.row_no
    WHERE m.merge_code IS NOT NULL OR m.note = 'waits_elsewhere'
) AS seen
WHERE seen.parcel_uid IS NOT NULL
  AND NOT EXISTS (SELECT FROM merge_other AS o WHERE seen.merge_code IS NOT NULL AND o.row_no = seen.row_no AND o.parcel_uid = seen.parcel_uid AND NOT o.same_land)
