-- What differs of rows that are no longer accepted stays as it is.
-- Since the differences were looked for, communes were held and rows refused: their parcels keep what they have.
DELETE FROM {diff} AS d
WHERE NOT EXISTS (
    SELECT FROM (SELECT m.parcel_uid FROM merge_row AS m WHERE m.status = 'accept'
                 UNION ALL
                 SELECT e.parcel_uid FROM merge_ending AS e) AS x
    WHERE x.parcel_uid = d.parcel_uid
)
