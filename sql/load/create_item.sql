-- The many-valued part of a parcel (land uses, land users, certificates), named by the row it came with.
CREATE UNLOGGED TABLE {item} AS
SELECT NULL::bigint AS row_no, live.item_no, {columns}, live.content_hash
FROM {like} AS live
WHERE false
