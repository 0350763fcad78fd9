INSERT INTO ledger.national_report (made_at, actor, policies, code_version, provinces, totals)
VALUES (%(made_at)s, %(actor)s, %(policies)s, %(code_version)s, %(provinces)s, %(totals)s)
RETURNING report_id
