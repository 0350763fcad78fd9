-- What each commune would lose, by endings and by parcels moving away.
-- Not of communes that are held anyway: by the gate, or because of what the step before found.
SELECT gone.commune_code, c.current_before, count(*)::integer AS losing
FROM (
    SELECT e.commune_code FROM merge_ending AS e
    UNION ALL
    SELECT p.commune_code
    FROM merge_row AS m
    JOIN land.parcel AS p
      ON p.province_code = %(province)s AND p.parcel_uid = m.parcel_uid AND p.commune_code <> m.commune_code
    WHERE m.status = 'accept'
) AS gone
JOIN merge_commune AS c ON c.commune_code = gone.commune_code
WHERE NOT c.held
  AND NOT c.commune_code = ANY (%(held_already)s::text[])
GROUP BY gone.commune_code, c.current_before
