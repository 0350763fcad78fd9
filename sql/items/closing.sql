    SELECT {group} AS column_group, d.parcel_uid FROM {diff} AS d WHERE d.action = 'close'
