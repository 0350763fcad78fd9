-- What parcels/columns.py says of every column. A description, not data: a column that is gone leaves the list.
WITH gone AS (
    DELETE FROM land.column_catalogue AS t
    WHERE NOT EXISTS (
        SELECT FROM pg_temp.column_catalogue AS i WHERE i.record = t.record AND i.column_name = t.column_name)
)
INSERT INTO land.column_catalogue AS t (
    record, column_name, kind, unit, meaning_vi, meaning_en, source, confidentiality, hash_position, purpose_vi, purpose_en)
SELECT
    i.record, i.column_name, i.kind, i.unit, i.meaning_vi, i.meaning_en, i.source, i.confidentiality, i.hash_position, i.purpose_vi,
    i.purpose_en
FROM pg_temp.column_catalogue AS i
ON CONFLICT (record, column_name) DO UPDATE
SET
    kind = excluded.kind, unit = excluded.unit, meaning_vi = excluded.meaning_vi, meaning_en = excluded.meaning_en,
    source = excluded.source, confidentiality = excluded.confidentiality, hash_position = excluded.hash_position,
    purpose_vi = excluded.purpose_vi, purpose_en = excluded.purpose_en
WHERE (
    t.kind, t.unit, t.meaning_vi, t.meaning_en, t.source, t.confidentiality, t.hash_position, t.purpose_vi, t.purpose_en
) IS DISTINCT FROM (
    excluded.kind, excluded.unit, excluded.meaning_vi, excluded.meaning_en, excluded.source,
    excluded.confidentiality, excluded.hash_position, excluded.purpose_vi, excluded.purpose_en)
