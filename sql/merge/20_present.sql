-- What this delivery shows to exist, in whatever state: none of these may be ended by it.
CREATE TEMP TABLE merge_present ON COMMIT DROP AS
SELECT DISTINCT seen.parcel_uid
FROM merge_row AS m
CROSS JOIN LATERAL (
    VALUES (m.parcel_uid),
           (CASE WHEN m.status <> 'accept' THEN m.source_uid END),
           (CASE WHEN m.status <> 'accept' THEN m.national_uid END),
           (CASE WHEN m.status <> 'accept' THEN m.sheet_uid END)
) AS seen (parcel_uid)
WHERE seen.parcel_uid IS NOT NULL
