    SELECT {group} AS column_group, d.parcel_uid, d.action FROM {diff} AS d WHERE d.action <> 'change'
