-- The same of the many-valued part: land users, certificates, parts of the land use.
-- A record that says less than before has been emptied, in part or whole. One that goes goes back to what was, where the
-- parcel once lived without it; but of what comes and goes that is no sign of an old file. Of a right only what it says itself: that
-- its user or its certificate is another one is measured there.
INSERT INTO merge_value (parcel_uid, commune_code, column_group, before, after, emptied, earlier)
SELECT c.parcel_uid, c.commune_code, %(group)s,
       encode(i.content_hash, 'hex'), encode(s.content_hash, 'hex'),
       i.parcel_uid IS NOT NULL AND num_nonnulls({staged_columns}) < num_nonnulls({live_columns}),
       CASE WHEN %(comes_and_goes)s THEN false
            WHEN s.row_no IS NULL
            THEN EXISTS (SELECT FROM land.parcel_version AS v
                         WHERE v.province_code = %(province)s AND v.parcel_uid = d.parcel_uid AND v.recorded_from < i.recorded_from)
                 AND NOT EXISTS (SELECT FROM {version} AS v
                                 WHERE v.province_code = %(province)s AND v.parcel_uid = d.parcel_uid AND v.item_no = d.item_no)
            ELSE EXISTS (SELECT FROM {version} AS v
                         WHERE v.province_code = %(province)s AND v.parcel_uid = d.parcel_uid AND v.content_hash = s.content_hash
                           {and_in_place})
       END
FROM {diff} AS d
JOIN merge_changing AS c ON c.parcel_uid = d.parcel_uid AND NOT c.is_new
LEFT JOIN {live} AS i ON i.province_code = %(province)s AND i.parcel_uid = d.parcel_uid AND i.item_no = d.item_no
LEFT JOIN {staged} AS s ON s.row_no = d.row_no AND s.item_no = d.item_no
{but_of_others}
