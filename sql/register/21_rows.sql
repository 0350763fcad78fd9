-- The delivered rows of the parcels of those cases, by name. A row counts when what it says went live or was refused;
-- not when it came too late or is held. A handle that several such rows have names none of them, so none is looked at;
-- rows of one geometry that nothing else names are all alike. The names of before (`handle|`) tell only what is gone.
CREATE TEMP TABLE register_row ON COMMIT DROP AS
WITH wanted AS (
    SELECT side.commune_code, side.name, split_part(side.name, '|', 1) AS kind,
           CASE WHEN side.name LIKE 'geometry|%%' THEN split_part(side.name, '|', 3)
                ELSE substr(side.name, strpos(side.name, '|') + 1) END AS value
    FROM (
        SELECT m.commune_code, unnest(m.names) AS name FROM register_missing AS m
        UNION
        SELECT m.other_commune_code, unnest(m.other_names) FROM register_missing AS m WHERE m.other_commune_code IS NOT NULL
    ) AS side
), named AS (
    SELECT w.commune_code, w.name, w.kind, s.row_no
    FROM wanted AS w
    JOIN {parcel} AS s ON s.source_alias = w.value
    WHERE w.kind = 'source_key'
    UNION ALL
    SELECT w.commune_code, w.name, w.kind, s.row_no
    FROM wanted AS w
    JOIN {parcel} AS s ON s.national_alias = w.value
    WHERE w.kind = 'national_id'
    UNION ALL
    SELECT w.commune_code, w.name, w.kind, s.row_no
    FROM wanted AS w
    JOIN {parcel} AS s ON s.sheet_alias = w.value
    WHERE w.kind = 'sheet'
    UNION ALL
    SELECT w.commune_code, w.name, w.kind, s.row_no
    FROM wanted AS w
    JOIN (
        SELECT x.row_no, coalesce(x.shape, encode(sha256(public.st_asbinary(x.geom, 'NDR')), 'hex')) AS shape
        FROM {parcel} AS x
        WHERE EXISTS (SELECT FROM wanted AS g WHERE g.kind = 'geometry' AND g.commune_code IN (x.dataset, '-'))
    ) AS s ON s.shape = w.value
    WHERE w.kind = 'geometry'
    UNION ALL
    SELECT w.commune_code, w.name, w.kind, s.row_no
    FROM wanted AS w
    JOIN {parcel} AS s
      ON coalesce(s.source_key, s.national_alias,
                  CASE WHEN s.sheet_alias IS NOT NULL THEN s.sheet_no || '/' || s.parcel_no END) = w.value
    WHERE w.kind = 'handle'
), delivered AS (
    SELECT n.commune_code, n.name, n.kind, m.status,
           m.status NOT IN ('ignored', 'held') AND NOT m.outdated AS judged
    FROM named AS n
    JOIN {parcel} AS s ON s.row_no = n.row_no
    JOIN merge_row AS m ON m.row_no = n.row_no
    WHERE n.commune_code IN (CASE WHEN m.status = 'end' THEN m.commune_code ELSE s.dataset END, '-')
)
SELECT d.commune_code, d.name,
       CASE WHEN d.kind IN ('geometry', 'handle') THEN bool_or(d.judged)
            ELSE count(*) FILTER (WHERE d.judged) = 1 END AS judged,
       bool_or(d.status = 'end') AS ended
FROM delivered AS d
GROUP BY d.commune_code, d.name, d.kind
