    SELECT d.parcel_uid FROM {diff} AS d
