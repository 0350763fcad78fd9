SELECT r.report_id, r.made_at, r.provinces, r.totals
FROM ledger.national_report AS r
ORDER BY r.report_id DESC
LIMIT 1
