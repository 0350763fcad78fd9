-- Parcels that are published without the id that their row brings.
-- Since when is kept as long as it is the same id.
INSERT INTO land.withheld_id AS w (province_code, parcel_uid, national_id, withheld_since, run_id)
SELECT %(province)s, m.parcel_uid, m.national_alias, %(now)s, %(run_id)s
FROM merge_withheld AS x
JOIN merge_row AS m ON m.row_no = x.row_no
WHERE m.status = 'accept'
ON CONFLICT (province_code, parcel_uid) DO UPDATE
SET national_id = excluded.national_id,
    withheld_since = excluded.withheld_since,
    run_id = excluded.run_id
WHERE w.national_id <> excluded.national_id
