-- Handles that a parcel did not have before.
-- The handles of a parcel are dated: what it was called before can still be found.
INSERT INTO land.parcel_alias (
    province_code, alias_kind, alias_value, sheet_place, old_commune_code, parcel_uid, recorded_from)
SELECT %(province)s, handle.alias_kind, handle.alias_value,
       CASE WHEN handle.alias_kind = 'sheet' THEN m.sheet_place END,
       CASE WHEN handle.alias_kind = 'sheet' THEN m.old_commune_code END,
       m.parcel_uid, %(now)s
FROM merge_row AS m
CROSS JOIN LATERAL (
    VALUES ('source_key', m.source_alias, m.source_uid),
           ('national_id', m.national_alias, m.national_uid),
           ('sheet', m.sheet_alias, m.sheet_uid)
) AS handle (alias_kind, alias_value, held_by)
WHERE m.status = 'accept'
  AND handle.alias_value IS NOT NULL
  AND handle.held_by IS DISTINCT FROM m.parcel_uid
