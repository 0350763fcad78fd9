-- Ids that parcels may give up.
-- Because their row brings another one or none, or because they end.
-- OFFSET keeps the planner to one look into the index per parcel, whatever it believes of the handles.
CREATE TEMP TABLE merge_giving_up ON COMMIT DROP AS
SELECT giving.parcel_uid, own.alias_value AS national_id
FROM (
    SELECT m.parcel_uid
    FROM merge_row AS m
    JOIN merge_changing AS g ON g.row_no = m.row_no AND g.id_changes
    WHERE m.status = 'accept'
    UNION ALL
    SELECT e.parcel_uid FROM merge_ending AS e
) AS giving
CROSS JOIN LATERAL (
    SELECT a.alias_value
    FROM land.parcel_alias AS a
    WHERE a.province_code = %(province)s AND a.parcel_uid = giving.parcel_uid
      AND a.alias_kind = 'national_id' AND a.recorded_to IS NULL
    OFFSET 0
) AS own
