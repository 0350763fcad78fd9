-- What the refused rows name is there.
-- The refused row could be any of the parcels that its handles name.
INSERT INTO merge_present (parcel_uid)
SELECT seen.parcel_uid
FROM merge_row AS m
CROSS JOIN LATERAL (VALUES (m.parcel_uid), (m.national_uid), (m.sheet_uid)) AS seen (parcel_uid)
WHERE m.merge_code IS NOT NULL
  AND seen.parcel_uid IS NOT NULL
UNION ALL
SELECT f.parcel_uid
FROM merge_fit AS f
JOIN merge_row AS m ON m.row_no = f.row_no
WHERE m.merge_code IS NOT NULL
