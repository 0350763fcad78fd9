SELECT s.province_code AS code, s.name, s.communes, s.parcels, s.group1, s.group2, s.group3, s.not_delivered,
       s.quarantined, s.held, s.excused, s.groups, s.last_sync, s.state
FROM analyst.national_summary AS s
WHERE %(province)s::text IS NULL OR s.province_code = %(province)s
ORDER BY s.province_code
