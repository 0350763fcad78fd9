-- Rows that are not what the last run left: changed behind the pipeline.
-- Added, deleted or changed, so far as it shows without hashing every value again; of handles alone it is cheap. A merge over them would make them
-- look like a province's doing. So does a commune of which the counter says something else than its rows: whichever of the two was
-- changed, this run would write the counter anew, and nobody would see it.
SELECT found.commune_code, least(max(found.parcels), 2147483647)::integer AS parcels
FROM (
    SELECT named.commune_code, count(*) AS parcels
    FROM (
        SELECT p.parcel_uid, p.commune_code, p.content_hash, p.area_m2, p.source_system, p.source_key
        FROM land.parcel AS p
        JOIN merge_commune AS c ON c.commune_code = p.commune_code
        WHERE p.province_code = %(province)s
    ) AS l
    FULL JOIN (
        SELECT m.parcel_uid, m.commune_code, m.content_hash, m.area_m2, m.handle_hash
        FROM ledger.manifest AS m
        JOIN merge_commune AS c ON c.commune_code = m.commune_code
        WHERE m.province_code = %(province)s
    ) AS f ON f.parcel_uid = l.parcel_uid
    CROSS JOIN LATERAL (SELECT l.commune_code UNION SELECT f.commune_code) AS named (commune_code)
    WHERE named.commune_code IS NOT NULL
      AND (l.content_hash IS DISTINCT FROM f.content_hash
           OR l.commune_code IS DISTINCT FROM f.commune_code
           OR l.area_m2 IS DISTINCT FROM f.area_m2
           OR land.handle_hash(l.source_system, l.source_key) <> f.handle_hash)
    GROUP BY named.commune_code
    UNION ALL
    SELECT c.commune_code,
           greatest(abs(c.current_before - coalesce(k.parcels, 0)::numeric), abs(c.stale_before - coalesce(k.stale_parcels, 0)::numeric),
                    abs(c.without_geometry_before - coalesce(k.without_geometry, 0)::numeric), 1)
    FROM merge_commune AS c
    LEFT JOIN land.commune_count AS k ON k.province_code = %(province)s AND k.commune_code = c.commune_code
    WHERE (c.current_before, c.stale_before, c.without_geometry_before, c.area_before)
          IS DISTINCT FROM
          (coalesce(k.parcels, 0), coalesce(k.stale_parcels, 0), coalesce(k.without_geometry, 0), coalesce(k.area_m2, 0))
) AS found
GROUP BY found.commune_code
