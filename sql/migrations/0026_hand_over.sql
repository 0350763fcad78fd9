-- A parcel that passes to another province is one event: the event is the receiving province's, and says from which one the land came.
-- Its parcels of before live, or lived, there; of every other event both sides are of one province.
ALTER TABLE land.lineage_event
    ADD COLUMN from_province_code text,
    ADD CONSTRAINT lineage_event_from CHECK (from_province_code IS NULL OR (kind = 'hand_over' AND from_province_code <> province_code));
CREATE INDEX lineage_event_from_province ON land.lineage_event (from_province_code, recorded_at) WHERE from_province_code IS NOT NULL;
CREATE INDEX lineage_event_to_province ON land.lineage_event (province_code, recorded_at) WHERE from_province_code IS NOT NULL;

-- Where an id was held last: so that who had it is looked for in one province, not in thirty-four.
ALTER TABLE land.national_id_claim ADD COLUMN last_province_code text;
UPDATE land.national_id_claim AS claim
SET last_province_code = had.province_code
FROM (
    SELECT DISTINCT ON (a.alias_value) a.alias_value, a.province_code
    FROM land.parcel_alias AS a
    WHERE a.alias_kind = 'national_id' AND a.recorded_to IS NOT NULL
    ORDER BY a.alias_value, a.recorded_to DESC
) AS had
WHERE had.alias_value = claim.national_id
  AND claim.parcel_uid IS NULL;
