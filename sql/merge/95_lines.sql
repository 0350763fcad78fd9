-- A line per commune: rows in, parcels before and after, areas, the manifest's hash.
-- The receipt's: its two balances are checked before anything is committed.
WITH line AS (
    SELECT c.commune_code FROM merge_commune AS c
), counted AS (
    SELECT m.commune_code,
           count(*) AS read,
           count(*) FILTER (WHERE r.is_new) AS new,
           count(*) FILTER (WHERE NOT r.is_new AND (r.version_changed OR r.items_changed)) AS changed,
           count(*) FILTER (WHERE NOT r.is_new AND NOT r.version_changed AND NOT r.items_changed) AS unchanged,
           count(*) FILTER (WHERE m.status = 'end') AS ended_by_row,
           count(*) FILTER (WHERE m.status = 'ignored') AS ignored,
           count(*) FILTER (WHERE m.status = 'quarantine') AS quarantined,
           count(*) FILTER (WHERE m.status = 'unreadable') AS unreadable,
           count(*) FILTER (WHERE m.status = 'held') AS held,
           count(*) FILTER (WHERE r.moved_from IS NOT NULL AND NOT r.is_new) AS moved_in,
           coalesce(sum(r.area_after), 0) AS area_in
    FROM merge_row AS m
    LEFT JOIN merge_result AS r ON r.row_no = m.row_no
    WHERE m.counted
    GROUP BY m.commune_code
), gone AS (
    SELECT x.commune_code, sum(x.moved) AS moved_out, sum(x.ended) AS ended, sum(x.area) AS area_out
    FROM (
        SELECT r.moved_from AS commune_code, 1 AS moved, 0 AS ended, r.area_before AS area
        FROM merge_result AS r WHERE NOT r.is_new AND r.moved_from IS NOT NULL
        UNION ALL
        SELECT r.commune_code, 0, 0, r.area_before
        FROM merge_result AS r WHERE NOT r.is_new AND r.moved_from IS NULL
        UNION ALL
        SELECT e.commune_code, 0, CASE WHEN e.by_row THEN 0 ELSE 1 END, e.area_m2 FROM merge_ending AS e
    ) AS x
    GROUP BY x.commune_code
), manifest AS (
    SELECT f.commune_code,
           encode(sha256(string_agg(land.manifest_bytes(f.parcel_uid, f.content_hash, f.handle_hash, f.items_hash), ''::bytea ORDER BY f.parcel_uid)), 'hex') AS digest
    FROM ledger.manifest AS f
    WHERE f.province_code = %(province)s
      AND f.commune_code IN (SELECT l.commune_code FROM line AS l)
    GROUP BY f.commune_code
)
SELECT c.commune_code,
       coalesce(n.read, 0)::integer AS read,
       coalesce(n.new, 0)::integer AS new,
       coalesce(n.changed, 0)::integer AS changed,
       coalesce(n.unchanged, 0)::integer AS unchanged,
       coalesce(n.ended_by_row, 0)::integer AS ended_by_row,
       coalesce(n.ignored, 0)::integer AS ignored,
       coalesce(n.quarantined, 0)::integer AS quarantined,
       coalesce(n.unreadable, 0)::integer AS unreadable,
       coalesce(n.held, 0)::integer AS held,
       c.current_before,
       coalesce(n.moved_in, 0)::integer AS moved_in,
       coalesce(g.moved_out, 0)::integer AS moved_out,
       coalesce(g.ended, 0)::integer AS ended,
       coalesce(l.parcels, 0)::integer AS current_after,
       c.area_before AS area_before_m2,
       coalesce(n.area_in, 0) AS area_in_m2,
       coalesce(g.area_out, 0) AS area_out_m2,
       coalesce(l.area, 0) AS area_after_m2,
       coalesce(f.digest, encode(sha256(''::bytea), 'hex')) AS manifest_sha256,
       c.held AS commune_held,
       c.valid_from
FROM merge_commune AS c
LEFT JOIN counted AS n ON n.commune_code = c.commune_code
LEFT JOIN gone AS g ON g.commune_code = c.commune_code
LEFT JOIN merge_live AS l ON l.commune_code = c.commune_code
LEFT JOIN manifest AS f ON f.commune_code = c.commune_code
ORDER BY c.commune_code
