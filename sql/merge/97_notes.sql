-- Why rows were ignored, and where an action did not fit.
-- What the receipt does not say of them; what lives without geometry, or has its first one; what has another key; the events that are proposed, each counted once; and what lives in a commune that came,
-- but was not declared complete, and did not come with it: it stays.
SELECT x.note, count(*)::integer AS rows
FROM (
    SELECT coalesce(m.note,
                    CASE WHEN s.action = 'insert' AND NOT r.is_new THEN 'insert_of_known'
                         WHEN s.action = 'update' AND r.is_new THEN 'update_of_unknown' END) AS note
    FROM merge_row AS m
    JOIN {parcel} AS s ON s.row_no = m.row_no
    LEFT JOIN merge_result AS r ON r.row_no = m.row_no
    WHERE m.counted
    UNION ALL
    SELECT CASE WHEN m.status = 'accept' AND m.counted THEN 'id_withheld' END
    FROM merge_withheld AS w
    JOIN merge_row AS m ON m.row_no = w.row_no
    UNION ALL
    SELECT CASE WHEN m.status = 'accept' AND m.counted THEN 'without_geometry' END
    FROM merge_row AS m
    WHERE m.without_geometry
    UNION ALL
    SELECT CASE WHEN g.area_before IS NULL AND g.area_after IS NOT NULL THEN 'first_geometry' END
    FROM merge_changing AS g
    JOIN merge_row AS m ON m.row_no = g.row_no AND m.status = 'accept' AND m.counted
    WHERE NOT g.is_new
    UNION ALL
    SELECT CASE WHEN r.handles_changed THEN 'handles_changed' END
    FROM merge_result AS r
    JOIN merge_row AS m ON m.row_no = r.row_no AND m.counted
    UNION ALL
    SELECT CASE WHEN e.kind = 'split' THEN 'split_proposed'
                WHEN e.kind = 'merge' THEN 'merge_proposed'
                WHEN e.kind = 'reallocation' THEN 'reallocation_proposed'
                WHEN e.kind = 'correction' THEN 'correction_proposed'
                WHEN e.kind IN ('renumber', 'rekey', 'replaced') THEN 'replaced_proposed' END
    FROM land.lineage_event AS e
    WHERE e.run_id = %(run_id)s
      AND e.state = 'proposed'
    UNION ALL
    SELECT CASE WHEN NOT c.endable THEN 'not_brought' END
    FROM merge_commune AS c
    JOIN land.parcel AS p ON p.province_code = %(province)s AND p.commune_code = c.commune_code
    WHERE NOT %(changes)s
      AND NOT c.held
      AND NOT c.endable
      AND c.commune_code IN (SELECT m.commune_code FROM merge_row AS m WHERE m.counted)
      AND NOT EXISTS (SELECT FROM merge_present AS x WHERE x.parcel_uid = p.parcel_uid)
      AND NOT EXISTS (SELECT FROM merge_result AS r WHERE r.parcel_uid = p.parcel_uid)
) AS x
WHERE x.note IS NOT NULL
GROUP BY x.note
ORDER BY x.note
