-- The parcels, or their closed versions, with the hash that their values had (`before`) and the one that they have (`now`). Where the
-- stored one was not that of the values, the new one is not either (`content_hash`).
CREATE TEMP TABLE rehash_parcels ON COMMIT DROP AS
SELECT h.parcel_uid, h.recorded_from, h.late_row, h.before, h.now, h.handles,
       CASE WHEN h.stored = h.before THEN h.now ELSE sha256(convert_to('landsync.parcel.v2.touched;', 'UTF8') || h.stored) END AS content_hash
FROM (
    SELECT p.parcel_uid, p.recorded_from, {late_row} AS late_row, p.content_hash AS stored,
           sha256(convert_to('landsync.parcel.v1;' || t.commune || t.numbers || t.handles || t.rest, 'UTF8')) AS before,
           sha256(convert_to('landsync.parcel.v2;' || t.numbers || t.rest, 'UTF8')) AS now,
           sha256(convert_to('landsync.handles.v1;' || t.handles, 'UTF8')) AS handles
    FROM {table} AS p
    CROSS JOIN LATERAL (
        SELECT pg_temp.rehash_field(p.commune_code) AS commune,
               pg_temp.rehash_field(p.sheet_no) || pg_temp.rehash_field(p.parcel_no) || pg_temp.rehash_field(p.map_scale)
               || pg_temp.rehash_field(p.map_set) || pg_temp.rehash_field(p.national_id) AS numbers,
               pg_temp.rehash_field(p.source_system) || pg_temp.rehash_field(p.source_key) AS handles,
               pg_temp.rehash_field(p.land_use) || pg_temp.rehash_area(p.area_legal_m2) || pg_temp.rehash_field(p.address)
               || pg_temp.rehash_date(p.surveyed_on) || pg_temp.rehash_date(p.valid_from) || pg_temp.rehash_field(p.source_srid::text)
               || pg_temp.rehash_area(p.area_m2)
               || pg_temp.rehash_field(upper(encode(public.ST_AsBinary(p.geom, 'NDR'), 'hex')))
               || CASE WHEN p.established_on IS NULL THEN '' ELSE pg_temp.rehash_date(p.established_on) END AS rest
        OFFSET 0 -- once, for all three
    ) AS t
    WHERE p.province_code = %(province)s
    OFFSET 0
) AS h
