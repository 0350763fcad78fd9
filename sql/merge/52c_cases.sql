-- Of the movements only those inside a case are left.
-- What leaves one commune of a case and arrives in another is neither loss nor growth of the case.
DELETE FROM merge_movement AS w
WHERE NOT EXISTS (
    SELECT
    FROM unnest(%(case_communes)s::text[], %(case_keys)s::text[]) AS o (commune_code, case_code)
    JOIN unnest(%(case_communes)s::text[], %(case_keys)s::text[]) AS t (commune_code, case_code) ON t.case_code = o.case_code
    WHERE o.commune_code = w.origin AND t.commune_code = w.target
)
