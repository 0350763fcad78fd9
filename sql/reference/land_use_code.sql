-- One statement: rows that the file no longer holds end today (Vietnam's), new ones come, and only what differs changes.
WITH ended AS (
    UPDATE land.land_use_code AS t
    SET valid_to = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    WHERE (t.valid_to IS NULL OR t.valid_to > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
      AND NOT EXISTS (SELECT FROM pg_temp.land_use_codes AS i WHERE i.code = t.land_use_code AND i.valid_from IS NOT DISTINCT FROM t.valid_from)
)
INSERT INTO land.land_use_code AS t (
    land_use_code, valid_from, valid_to, name_vi, name_en, land_group, parent_code, status, certainty)
SELECT
    i.code, i.valid_from, i.valid_to, i.name_vi, i.name_en, i."group", i.parent, i.status, i.certainty
FROM pg_temp.land_use_codes AS i
ON CONFLICT (land_use_code, valid_from) DO UPDATE
SET
    valid_to = excluded.valid_to, name_vi = excluded.name_vi, name_en = excluded.name_en, land_group = excluded.land_group, parent_code = excluded.parent_code, status = excluded.status, certainty = excluded.certainty
WHERE (
    t.valid_to, t.name_vi, t.name_en, t.land_group, t.parent_code, t.status, t.certainty
) IS DISTINCT FROM (
    excluded.valid_to, excluded.name_vi, excluded.name_en, excluded.land_group, excluded.parent_code,
    excluded.status, excluded.certainty)
