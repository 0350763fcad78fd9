-- Two imports at once would each miss what the other brings, and number themselves alike. A lock of the table, which only
-- who may write it can take: an advisory one could be taken, and kept, by everybody.
LOCK TABLE land_private.land_user_status IN SHARE ROW EXCLUSIVE MODE
