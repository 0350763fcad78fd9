-- The names to be found among the delivered rows: of the parcels of those cases, and of findings that are no case yet.
CREATE TEMP TABLE register_name ON COMMIT DROP AS
SELECT side.commune_code, side.name, split_part(side.name, '|', 1) AS kind,
       CASE WHEN side.name LIKE 'geometry|%%' THEN split_part(side.name, '|', 3)
            ELSE substr(side.name, strpos(side.name, '|') + 1) END AS value
FROM (
    SELECT m.commune_code, unnest(m.names) AS name FROM register_missing AS m
    UNION
    SELECT m.other_commune_code, unnest(m.other_names) FROM register_missing AS m WHERE m.other_commune_code IS NOT NULL
    UNION
    SELECT f.commune_code, unnest(f.names) FROM register_found AS f
    WHERE NOT EXISTS (SELECT FROM ledger.finding_case AS c WHERE c.finding_id = f.finding_id)
    UNION
    SELECT f.other_commune_code, unnest(f.other_names) FROM register_found AS f
    WHERE f.other_commune_code IS NOT NULL
      AND NOT EXISTS (SELECT FROM ledger.finding_case AS c WHERE c.finding_id = f.finding_id)
) AS side
