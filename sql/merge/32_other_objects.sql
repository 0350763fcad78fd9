-- Parcels that a row's weaker handles name although the source says that they are another object.
-- Both have a key of the same system, and not the same one. `same_land`: their land says that it is the same after all, under
-- another key; never of a refused row, whose land is not looked at, nor of one whose own key names a living parcel: it is
-- that one.
CREATE TEMP TABLE merge_other ON COMMIT DROP AS
SELECT named.row_no, named.parcel_uid,
       named.source_uid IS NULL AND coalesce(land.common_share(p.geom, s.geom) >= %(same_land_share)s, false) AS same_land
FROM (
    SELECT m.row_no, m.source_uid, m.source_alias, weaker.parcel_uid
    FROM merge_row AS m
    CROSS JOIN LATERAL (VALUES (m.national_uid), (m.sheet_uid)) AS weaker (parcel_uid)
    WHERE weaker.parcel_uid IS NOT NULL
      AND weaker.parcel_uid IS DISTINCT FROM m.source_uid
    UNION
    SELECT m.row_no, m.source_uid, m.source_alias, f.parcel_uid
    FROM merge_fit AS f
    JOIN merge_row AS m ON m.row_no = f.row_no
    WHERE f.parcel_uid IS DISTINCT FROM m.source_uid
) AS named
JOIN land.parcel_alias AS own
  ON own.province_code = %(province)s
 AND own.parcel_uid = named.parcel_uid
 AND own.alias_kind = 'source_key'
 AND own.recorded_to IS NULL
JOIN {parcel} AS s ON s.row_no = named.row_no
LEFT JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = named.parcel_uid
WHERE named.source_alias IS NOT NULL
  AND own.alias_value <> named.source_alias
  AND split_part(own.alias_value, '|', 1) = split_part(named.source_alias, '|', 1)
