-- What was last accepted of every commune that exists today, with all that its group was counted from.
SELECT d.province_code, d.commune_code, c.name AS commune_name, d.run_id, d.policy, d.usability_group, d.group_code,
       d.rows_read, d.quarantined, d.unreadable, d.rows_with_error, d.measured
FROM land.dataset AS d
JOIN land.commune_now AS c ON c.commune_code = d.commune_code AND c.valid_from = d.commune_valid_from
WHERE %(province)s::text IS NULL OR d.province_code = %(province)s
ORDER BY d.province_code, d.commune_code
