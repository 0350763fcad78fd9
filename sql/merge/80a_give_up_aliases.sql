-- Handles that a parcel gives up: its source key to another parcel, and what names only the living where it ends.
-- An ended parcel keeps its source key, so that the same object coming back is the same parcel.
UPDATE land.parcel_alias AS a
SET recorded_to = %(now)s
FROM (
    SELECT m.source_uid AS parcel_uid, 'source_key' AS alias_kind
    FROM merge_row AS m
    WHERE m.status = 'accept'
      AND m.source_uid <> m.parcel_uid
    UNION ALL
    SELECT e.parcel_uid, kind.alias_kind
    FROM merge_ending AS e
    CROSS JOIN (VALUES ('national_id'), ('sheet')) AS kind (alias_kind)
) AS given_up
WHERE a.province_code = %(province)s
  AND a.parcel_uid = given_up.parcel_uid
  AND a.alias_kind = given_up.alias_kind
  AND a.recorded_to IS NULL
