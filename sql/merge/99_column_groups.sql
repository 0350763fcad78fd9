-- What went live, by commune and group of columns: values changed, values emptied, items added, items closed.
-- Counted again from what is left of it after communes were held and rows refused; beside the receipt's lines.
WITH value AS (
    SELECT v.commune_code, v.column_group, count(DISTINCT v.parcel_uid) FILTER (WHERE v.before IS NOT NULL) AS changed,
           count(DISTINCT v.parcel_uid) FILTER (WHERE v.emptied) AS emptied
    FROM merge_value AS v
    JOIN merge_result AS r ON r.parcel_uid = v.parcel_uid
    GROUP BY v.commune_code, v.column_group
), item AS (
    {passing}
), passed AS (
    SELECT coalesce(e.commune_code, r.commune_code) AS commune_code, i.column_group,
           count(*) FILTER (WHERE i.action = 'insert') AS added, count(*) FILTER (WHERE i.action = 'close') AS closed
    FROM item AS i
    LEFT JOIN merge_ending AS e ON e.parcel_uid = i.parcel_uid
    LEFT JOIN merge_result AS r ON r.parcel_uid = i.parcel_uid
    GROUP BY 1, 2
)
SELECT coalesce(v.commune_code, p.commune_code) AS commune_code, coalesce(v.column_group, p.column_group) AS column_group,
       coalesce(v.changed, 0)::integer AS changed, coalesce(v.emptied, 0)::integer AS emptied,
       coalesce(p.closed, 0)::integer AS closed, coalesce(p.added, 0)::integer AS added
FROM value AS v
FULL JOIN passed AS p ON p.commune_code = v.commune_code AND p.column_group = v.column_group
WHERE coalesce(v.changed, 0) + coalesce(v.emptied, 0) + coalesce(p.closed, 0) + coalesce(p.added, 0) > 0
ORDER BY 1, 2
