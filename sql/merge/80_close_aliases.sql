-- Handles that the delivery replaces, and those that an ended parcel gives up.
-- One that it merely leaves blank stays. Ended parcels give up their number on the sheet and their open national id (the
-- claim stays theirs), and keep their source key.
UPDATE land.parcel_alias AS a
SET recorded_to = %(now)s,
    closed_by_run = %(run_id)s
FROM (
    SELECT m.parcel_uid, handle.alias_kind, handle.alias_value
    FROM merge_row AS m
    CROSS JOIN LATERAL (
        VALUES ('source_key', m.source_alias), ('national_id', m.national_alias), ('sheet', m.sheet_alias)
    ) AS handle (alias_kind, alias_value)
    WHERE m.status = 'accept'
      AND handle.alias_value IS NOT NULL
    UNION ALL
    SELECT e.parcel_uid, kind.alias_kind, NULL
    FROM merge_ending AS e
    CROSS JOIN (VALUES ('national_id'), ('sheet')) AS kind (alias_kind)
) AS now_named
WHERE a.province_code = %(province)s
  AND a.parcel_uid = now_named.parcel_uid
  AND a.alias_kind = now_named.alias_kind
  AND a.recorded_to IS NULL
  AND a.alias_value IS DISTINCT FROM now_named.alias_value
