-- What differs of rows that are no longer accepted stays as it is.
-- Since the differences were looked for, communes were held and rows refused: their parcels keep what they have. Asked of the few that
-- could be such, not of all: those of which a row is not accepted, and those of which something would be closed, for they may have ended.
WITH asked AS (
    SELECT m.parcel_uid FROM merge_row AS m WHERE m.status <> 'accept' AND m.parcel_uid IS NOT NULL
    UNION
    SELECT d.parcel_uid FROM {diff} AS d WHERE d.action = 'close'
), kept AS (
    SELECT m.parcel_uid FROM merge_row AS m WHERE m.status = 'accept'
    UNION ALL
    SELECT e.parcel_uid FROM merge_ending AS e
), left_out AS (
    SELECT a.parcel_uid FROM asked AS a WHERE NOT EXISTS (SELECT FROM kept AS k WHERE k.parcel_uid = a.parcel_uid)
)
DELETE FROM {diff} AS d
USING left_out AS l
WHERE d.parcel_uid = l.parcel_uid
