-- Communes with rows that take an id or a number which another commune must give up first.
-- Because a row there brings that parcel another one, or because the parcel would move or end there. Where that commune waits, so
-- must this one: its rows would be refused for what nobody has denied them.
SELECT DISTINCT m.commune_code, needed.commune_code AS waits_for
FROM merge_row AS m
CROSS JOIN LATERAL (VALUES (m.national_uid), (m.sheet_uid)) AS named (parcel_uid)
JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = named.parcel_uid
LEFT JOIN (
    SELECT r.parcel_uid, r.commune_code FROM merge_row AS r WHERE r.status = 'accept'
    UNION
    SELECT w.parcel_uid, w.target FROM merge_movement AS w
) AS own ON own.parcel_uid = named.parcel_uid
CROSS JOIN LATERAL (VALUES (p.commune_code), (own.commune_code)) AS needed (commune_code)
WHERE m.status = 'accept'
  AND m.counted
  AND named.parcel_uid IS DISTINCT FROM m.parcel_uid
  AND needed.commune_code <> m.commune_code
