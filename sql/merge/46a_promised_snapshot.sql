-- Communes that were declared complete and of which no row came: a line each, and nothing ends of itself.
-- Only where a person let that pass, having been asked, are they empty: then what lives there ends, as in any complete
-- commune; but not while a row nobody can place may be theirs, nor by data older than when it was last shown whole, if nobody let
-- those pass. By such data nobody is asked: an answer would change nothing.
WITH named AS MATERIALIZED (
    SELECT n.commune_code
    FROM unnest(%(complete_for)s::text[]) AS n (commune_code)
    LEFT JOIN merge_commune AS c ON c.commune_code = n.commune_code
    WHERE NOT n.commune_code = ANY (%(gate_held)s::text[])
      AND NOT coalesce(c.endable, false)
), promised AS (
    SELECT named.commune_code, may.endable, NOT may.endable AND NOT shown.later AS absent
    FROM named
    CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM land.source_watermark AS w
                       WHERE w.province_code = %(province)s
                         AND w.commune_code = named.commune_code
                         AND w.snapshot_at > %(observed_at)s::timestamptz) AS later
    ) AS shown
    CROSS JOIN LATERAL (
        SELECT named.commune_code = ANY (%(absent_passed)s::text[])
               AND NOT EXISTS (SELECT FROM merge_row AS m WHERE m.commune_code = '-' AND NOT m.identified)
               AND (named.commune_code = ANY (%(older_passed)s::text[]) OR NOT shown.later) AS endable
    ) AS may
    -- The rows are gone through once, and only where a commune is left to be asked about: of an ordinary delivery none is.
    WHERE named.commune_code NOT IN (SELECT DISTINCT m.commune_code FROM merge_row AS m)
), touched AS (
    UPDATE merge_commune AS c
    SET endable = p.endable,
        absent = p.absent
    FROM promised AS p
    WHERE p.commune_code = c.commune_code
    RETURNING c.commune_code
), others AS (
    INSERT INTO merge_commune (
        commune_code, valid_from, current_before, area_before, stale_before, without_geometry_before, held, endable, absent)
    SELECT p.commune_code, coalesce(n.valid_from, %(as_of)s::date), coalesce(l.parcels, 0)::integer,
           coalesce(l.area, 0)::numeric, coalesce(l.stale, 0), coalesce(l.without_geometry, 0), false, p.endable, p.absent
    FROM promised AS p
    LEFT JOIN LATERAL (
        SELECT count(*) AS parcels, sum(q.area_m2) AS area, count(q.stale_since) AS stale,
               count(*) - count(q.area_m2) AS without_geometry
        FROM land.parcel AS q
        WHERE q.province_code = %(province)s AND q.commune_code = p.commune_code
    ) AS l ON true
    LEFT JOIN land.commune AS n
           ON n.commune_code = p.commune_code
          AND n.valid_from <= %(as_of)s::date
          AND (n.valid_to IS NULL OR n.valid_to > %(as_of)s::date)
    WHERE NOT EXISTS (SELECT FROM merge_commune AS c WHERE c.commune_code = p.commune_code)
    RETURNING commune_code
)
INSERT INTO merge_ending (parcel_uid, commune_code, area_m2, by_row)
SELECT q.parcel_uid, q.commune_code, q.area_m2, false
FROM land.parcel AS q
JOIN promised AS p ON p.commune_code = q.commune_code AND p.endable
WHERE q.province_code = %(province)s
  AND NOT EXISTS (SELECT FROM merge_present AS x WHERE x.parcel_uid = q.parcel_uid)
