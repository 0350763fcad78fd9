-- What was delivered under each name. A row counts when what it says went live or was refused; not when it came too late
-- or is held. A handle that several such rows have names none of them, so none is looked at; rows of one geometry that
-- nothing else names are all alike.
CREATE TEMP TABLE register_row ON COMMIT DROP AS
SELECT d.commune_code, d.name,
       CASE WHEN d.kind IN ('geometry', 'handle') THEN bool_or(d.judged)
            ELSE count(*) FILTER (WHERE d.judged) = 1 END AS judged,
       bool_or(d.status = 'end') AS ended,
       CASE WHEN count(*) FILTER (WHERE d.judged) = 1 THEN min(d.row_no) FILTER (WHERE d.judged) END AS row_no
FROM (
    SELECT n.commune_code, n.name, n.kind, n.row_no, m.status,
           m.status NOT IN ('ignored', 'held') AND NOT m.outdated AS judged
    FROM register_named AS n
    JOIN {parcel} AS s ON s.row_no = n.row_no
    JOIN merge_row AS m ON m.row_no = n.row_no
    WHERE n.commune_code IN (CASE WHEN m.status = 'end' THEN m.commune_code ELSE s.dataset END, '-')
) AS d
GROUP BY d.commune_code, d.name, d.kind
