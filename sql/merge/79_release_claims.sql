-- Ids that a parcel does not carry any more are free.
-- Because its row brings another one or none, or because it ends. Before the new ones are written: ids may be swapped.
UPDATE land.national_id_claim AS claim
SET parcel_uid = NULL,
    province_code = NULL,
    claimed_at = NULL,
    run_id = %(run_id)s
FROM (
    SELECT own.alias_value AS national_id, own.parcel_uid
    FROM merge_row AS m
    JOIN merge_changing AS g ON g.row_no = m.row_no AND g.id_changes
    JOIN land.parcel_alias AS own
      ON own.province_code = %(province)s AND own.parcel_uid = m.parcel_uid
     AND own.alias_kind = 'national_id' AND own.recorded_to IS NULL
    WHERE m.status = 'accept'
    UNION ALL
    SELECT own.alias_value, own.parcel_uid
    FROM merge_ending AS e
    JOIN land.parcel_alias AS own
      ON own.province_code = %(province)s AND own.parcel_uid = e.parcel_uid
     AND own.alias_kind = 'national_id' AND own.recorded_to IS NULL
) AS given_up
WHERE claim.national_id = given_up.national_id
  AND claim.parcel_uid = given_up.parcel_uid
