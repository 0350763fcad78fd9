-- Two objects under one id or one number: neither can be believed.
-- To be seen only now that older versions, repetitions and endings are out of the way.
WITH shared AS (
    SELECT unnest(array_agg(m.row_no)) AS row_no, 'IDN-CLAIMED' AS code
    FROM merge_row AS m
    WHERE m.status = 'accept' AND m.national_alias IS NOT NULL
    GROUP BY m.national_alias
    HAVING count(*) > 1
    UNION ALL
    SELECT unnest(array_agg(m.row_no)), 'IDN-CONFLICT'
    FROM merge_row AS m
    WHERE m.status = 'accept' AND m.sheet_alias IS NOT NULL
    GROUP BY m.sheet_alias
    HAVING count(*) > 1
)
UPDATE merge_row AS m
SET status = 'quarantine',
    merge_code = x.code,
    note = NULL
FROM (SELECT row_no, min(code) AS code FROM shared GROUP BY row_no) AS x
WHERE x.row_no = m.row_no
