-- How many of them each commune has, and their area.
SELECT r.commune_code,
       count(*) FILTER (WHERE r.state = 'live') AS live,
       count(*) FILTER (WHERE r.state = 'quarantine') AS quarantined,
       count(*) FILTER (WHERE r.state = 'unreadable') AS unreadable,
       coalesce(sum(r.area_m2), 0) AS area_m2
FROM whole_rest AS r
GROUP BY r.commune_code
ORDER BY r.commune_code
