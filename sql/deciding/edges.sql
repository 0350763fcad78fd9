-- The edges of an event, as both sides were called then.
SELECT l.parent_uid::text AS parent_uid, l.child_uid::text AS child_uid,
       concat_ws('/', l.parent_commune_code, l.parent_sheet_no, l.parent_parcel_no) AS parent,
       concat_ws('/', l.child_commune_code, l.child_sheet_no, l.child_parcel_no) AS child,
       l.share_of_parent, l.share_of_child, l.area_m2
FROM analyst.parcel_lineage AS l
WHERE l.event_id = %(id)s::uuid
ORDER BY parent, l.area_m2 DESC, child
