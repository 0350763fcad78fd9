-- Handles that the delivery replaces or no longer has, and those that an ended parcel gives up.
-- An id or a number on the sheet that its row leaves blank is not the parcel's any more. A source key that is merely left
-- blank stays, until it names another parcel; an ended parcel keeps its own, so that the same object coming back is the same
-- parcel. Of each kind a parcel has one open handle: where that is its row's, there is nothing to close.
UPDATE land.parcel_alias AS a
SET recorded_to = %(now)s,
    closed_by_run = %(run_id)s
FROM (
    SELECT m.parcel_uid, handle.alias_kind, handle.alias_value
    FROM merge_row AS m
    CROSS JOIN LATERAL (
        VALUES ('source_key', m.source_alias, m.source_uid),
               ('national_id', m.national_alias, m.national_uid),
               ('sheet', m.sheet_alias, m.sheet_uid)
    ) AS handle (alias_kind, alias_value, held_by)
    WHERE m.status = 'accept'
      AND handle.held_by IS DISTINCT FROM m.parcel_uid
      AND (handle.alias_value IS NOT NULL OR handle.alias_kind <> 'source_key')
    UNION ALL
    SELECT m.source_uid, 'source_key', NULL
    FROM merge_row AS m
    WHERE m.status = 'accept'
      AND m.source_uid <> m.parcel_uid
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
