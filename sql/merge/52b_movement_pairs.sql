-- How many parcels pass from which commune to which, and how many live in both.
-- What is many makes them one case.
SELECT w.origin, w.target, count(*)::integer AS parcels, count(*) FILTER (WHERE w.joins)::integer AS joining,
       o.current_before AS origin_before, t.current_before AS target_before
FROM merge_movement AS w
JOIN merge_commune AS o ON o.commune_code = w.origin
JOIN merge_commune AS t ON t.commune_code = w.target
GROUP BY w.origin, w.target, o.current_before, t.current_before
ORDER BY w.origin, w.target
