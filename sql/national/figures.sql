-- A line per province: its communes, what lives there as the merges counted it, and how good it is. The communes are gone through once.
WITH quality AS MATERIALIZED (
    SELECT q.province_code, q.usability_group, q.parcels, q.stale_parcels, q.area_m2, q.rows_read, q.held, q.provisional,
           q.extracted_at, q.days_old, q.policy
    FROM analyst.commune_quality AS q
), counted AS (
    SELECT q.province_code,
           count(*) AS communes,
           count(q.usability_group) AS delivered,
           count(*) FILTER (WHERE q.usability_group IS NULL) AS not_delivered,
           sum(q.parcels)::bigint AS parcels,
           sum(q.stale_parcels)::bigint AS stale_parcels,
           sum(q.area_m2) AS area_m2,
           sum(q.rows_read)::bigint AS rows_read,
           count(*) FILTER (WHERE q.held) AS held,
           count(*) FILTER (WHERE q.provisional) AS provisional,
           min(q.extracted_at) AS oldest_extracted_at,
           max(q.extracted_at) AS newest_extracted_at,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY q.days_old) AS days_old_median,
           array_agg(DISTINCT q.policy) FILTER (WHERE q.policy IS NOT NULL) AS policies
    FROM quality AS q
    GROUP BY q.province_code
), grouped AS (
    SELECT g.province_code, jsonb_object_agg(g.usability_group, g.communes) AS groups
    FROM (SELECT q.province_code, q.usability_group, count(*) AS communes
          FROM quality AS q
          WHERE q.usability_group IS NOT NULL
          GROUP BY q.province_code, q.usability_group) AS g
    GROUP BY g.province_code
), measured AS (
    SELECT m.province_code, jsonb_object_agg(m.measure, m.mean) AS measures
    FROM (SELECT k.province_code, e.key AS measure,
                 sum(least(e.value::text::numeric, 1) * d.rows_read) / nullif(sum(d.rows_read), 0) AS mean
          FROM land.dataset AS d
          JOIN land.commune_now AS k ON k.commune_code = d.commune_code AND k.valid_from = d.commune_valid_from
          CROSS JOIN LATERAL jsonb_each(d.measures) AS e
          WHERE jsonb_typeof(e.value) = 'number'
          GROUP BY k.province_code, e.key) AS m
    WHERE m.mean IS NOT NULL
    GROUP BY m.province_code
)
SELECT p.province_code AS code, p.name,
       coalesce(c.communes, 0) AS communes,
       coalesce(c.delivered, 0) AS delivered,
       coalesce(c.not_delivered, 0) AS not_delivered,
       coalesce(g.groups, '{}'::jsonb) AS groups,
       coalesce(c.parcels, 0) AS parcels,
       coalesce(c.stale_parcels, 0) AS stale_parcels,
       coalesce(c.area_m2, 0) AS area_m2,
       coalesce(c.rows_read, 0) AS rows_read,
       s.quarantined, s.unreadable,
       coalesce(c.held, 0) AS held,
       coalesce(c.provisional, 0) AS provisional,
       s.completeness_unknown,
       coalesce(m.measures, '{}'::jsonb) AS measures,
       c.oldest_extracted_at, c.newest_extracted_at, c.days_old_median,
       coalesce(c.policies, '{}'::text[]) AS policies
FROM land.province_now AS p
JOIN analyst.national_summary AS s ON s.province_code = p.province_code
LEFT JOIN counted AS c ON c.province_code = p.province_code
LEFT JOIN grouped AS g ON g.province_code = p.province_code
LEFT JOIN measured AS m ON m.province_code = p.province_code
ORDER BY p.province_code
