-- What differs of rows that are no longer accepted stays as it is.
-- Since the differences were looked for, communes were held and rows refused: their parcels keep what they have.
WITH kept AS (
    SELECT d.parcel_uid FROM {diff} AS d JOIN merge_row AS m ON m.parcel_uid = d.parcel_uid WHERE m.status = 'accept'
    UNION
    SELECT e.parcel_uid FROM merge_ending AS e
)
DELETE FROM {diff} AS d
WHERE NOT EXISTS (SELECT FROM kept AS k WHERE k.parcel_uid = d.parcel_uid)
