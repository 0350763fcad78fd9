-- A parcel that passes to another province is one event: the event is the receiving province's, and says from which one the land came.
-- Its parcels of before live, or lived, there; of every other event both sides are of one province.
ALTER TABLE land.lineage_event
    ADD COLUMN from_province_code text,
    ADD CONSTRAINT lineage_event_from CHECK (from_province_code IS NULL OR (kind = 'hand_over' AND from_province_code <> province_code));
CREATE INDEX lineage_event_from_province ON land.lineage_event (from_province_code, recorded_at) WHERE from_province_code IS NOT NULL;
CREATE INDEX lineage_event_to_province ON land.lineage_event (province_code, recorded_at) WHERE from_province_code IS NOT NULL;
