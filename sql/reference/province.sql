-- One statement: rows that the file no longer holds end today (Vietnam's), new ones come, and only what differs changes.
WITH ended AS (
    UPDATE land.province AS t
    SET valid_to = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    WHERE (t.valid_to IS NULL OR t.valid_to > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
      AND NOT EXISTS (SELECT FROM pg_temp.provinces AS i WHERE i.province_code = t.province_code AND i.valid_from = t.valid_from)
)
INSERT INTO land.province AS t (
    province_code, valid_from, valid_to, name, full_name, kind, kind_since, kind_since_certainty,
    kind_before, kind_as_of, source)
SELECT
    i.province_code, i.valid_from, i.valid_to, i.name, i.full_name, i.kind, i.kind_since,
    i.kind_since_certainty, i.kind_before, i.kind_as_of, i.source
FROM pg_temp.provinces AS i
ON CONFLICT (province_code, valid_from) DO UPDATE
SET
    valid_to = excluded.valid_to, name = excluded.name, full_name = excluded.full_name, kind = excluded.kind,
    kind_since = excluded.kind_since, kind_since_certainty = excluded.kind_since_certainty, kind_before = excluded.kind_before, kind_as_of = excluded.kind_as_of, source = excluded.source
WHERE (
    t.valid_to, t.name, t.full_name, t.kind, t.kind_since, t.kind_since_certainty, t.kind_before,
    t.kind_as_of, t.source
) IS DISTINCT FROM (
    excluded.valid_to, excluded.name, excluded.full_name, excluded.kind, excluded.kind_since,
    excluded.kind_since_certainty, excluded.kind_before, excluded.kind_as_of, excluded.source)
