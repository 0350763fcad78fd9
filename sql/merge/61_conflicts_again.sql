-- Rows are refused whose handle another parcel keeps after this delivery, and rows wait whose parcel is in a held commune.
-- A parcel keeps its id and its number on the sheet unless its own accepted row brings another one or none, or it ends. A
-- row refused here keeps its own parcel's old handles in use, which may put another row in conflict: again, until no more
-- are found. Where the parcel keeps them only because it or its row waits for a person, the row waits with it.
WITH giving_up AS (
    SELECT m.parcel_uid, m.national_alias, m.sheet_alias
    FROM merge_row AS m
    WHERE m.status = 'accept'
    UNION ALL
    SELECT e.parcel_uid, NULL, NULL
    FROM merge_ending AS e
), conflict AS (
    SELECT m.row_no, 'IDN-CLAIMED' AS code, m.national_uid AS keeper
    FROM merge_row AS m
    LEFT JOIN giving_up AS g ON g.parcel_uid = m.national_uid
    WHERE m.status = 'accept'
      AND m.national_uid <> m.parcel_uid
      AND (g.parcel_uid IS NULL OR g.national_alias = m.national_alias)
    UNION ALL
    -- Another province took it since it was looked for.
    SELECT m.row_no, 'IDN-CLAIMED', claim.parcel_uid
    FROM merge_row AS m
    JOIN merge_changing AS c ON c.row_no = m.row_no AND c.takes_id
    JOIN land.national_id_claim AS claim
      ON claim.national_id = m.national_alias
     AND claim.parcel_uid IS NOT NULL
     AND claim.province_code <> %(province)s
    WHERE m.status = 'accept'
    UNION ALL
    SELECT m.row_no, 'IDN-CONFLICT', m.sheet_uid
    FROM merge_row AS m
    LEFT JOIN giving_up AS g ON g.parcel_uid = m.sheet_uid
    WHERE m.status = 'accept'
      AND m.sheet_uid <> m.parcel_uid
      AND (g.parcel_uid IS NULL OR g.sheet_alias = m.sheet_alias)
    UNION ALL
    -- It would take its parcel out of a commune that is held.
    SELECT m.row_no, 'IDN-CONFLICT', m.parcel_uid
    FROM merge_row AS m
    JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = m.parcel_uid
    JOIN merge_commune AS h ON h.commune_code = p.commune_code AND h.held
    WHERE m.status = 'accept'
      AND m.commune_code <> p.commune_code
), told AS (
    SELECT c.row_no, c.code,
           EXISTS (SELECT FROM merge_row AS own WHERE own.parcel_uid = c.keeper AND own.status = 'held' AND own.counted)
           OR EXISTS (SELECT FROM land.parcel AS p
                      JOIN merge_commune AS h ON h.commune_code = p.commune_code AND h.held
                      WHERE p.province_code = %(province)s AND p.parcel_uid = c.keeper) AS waits
    FROM conflict AS c
), said AS (
    SELECT t.row_no, min(t.code) FILTER (WHERE NOT t.waits) AS code FROM told AS t GROUP BY t.row_no
)
UPDATE merge_row AS m
SET status = CASE WHEN c.code IS NULL THEN 'held' ELSE 'quarantine' END,
    merge_code = c.code,
    note = CASE WHEN c.code IS NULL THEN 'waits_elsewhere' ELSE m.note END
FROM said AS c
WHERE c.row_no = m.row_no
