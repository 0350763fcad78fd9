-- Twice the memory of a statement for the rest of the transaction: one merge works where else many questions are asked. What is joined
-- within it comes out in the order in which it was staged, parcel after parcel, and so is written.
SELECT set_config('work_mem', (2 * pg_size_bytes(current_setting('work_mem')) / 1024)::text || 'kB', true)
