-- What differs of rows that are no longer accepted stays as it is.
-- Since the differences were looked for, communes were held and rows refused: their parcels keep what they have.
DELETE FROM {diff} AS d
WHERE NOT EXISTS (SELECT FROM merge_row AS m WHERE m.parcel_uid = d.parcel_uid AND m.status = 'accept')
  AND NOT EXISTS (SELECT FROM merge_ending AS e WHERE e.parcel_uid = d.parcel_uid)
