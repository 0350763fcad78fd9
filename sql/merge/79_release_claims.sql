-- Ids that a parcel does not carry any more are free.
-- Because its row brings another one or none, or because it ends. Before the new ones are written: ids may be swapped.
UPDATE land.national_id_claim AS claim
SET parcel_uid = NULL,
    province_code = NULL,
    claimed_at = NULL,
    run_id = %(run_id)s
FROM (
    SELECT own.alias_value AS national_id, giving_up.parcel_uid
    FROM (
        SELECT m.parcel_uid
        FROM merge_row AS m
        JOIN merge_changing AS g ON g.row_no = m.row_no AND g.id_changes
        WHERE m.status = 'accept'
        UNION ALL
        SELECT e.parcel_uid FROM merge_ending AS e
    ) AS giving_up
    CROSS JOIN LATERAL (
        SELECT a.alias_value
        FROM land.parcel_alias AS a
        WHERE a.province_code = %(province)s AND a.parcel_uid = giving_up.parcel_uid
          AND a.alias_kind = 'national_id' AND a.recorded_to IS NULL
        OFFSET 0
    ) AS own
) AS given_up
WHERE claim.national_id = given_up.national_id
  AND claim.parcel_uid = given_up.parcel_uid
