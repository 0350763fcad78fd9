"""Every morning, when the night's deliveries are in: what the retention policy lets go, goes.

When and who; the work is `sync/care/housekeeping.py`.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from dags._common import DATABASE_POOL, nightly, task_defaults, told

EIGHT_HOURS = 8 * 60  # from 22:00: 06:00, after the provinces and the reconciliation

DOC = """
### Dọn dữ liệu hết hạn

Lúc 6 giờ sáng, quy trình này xóa các gói dữ liệu và thư mục lượt chạy đã hết hạn lưu theo `sync/care/retention.toml`. Không bao
giờ xóa: bản được chấp nhận gần nhất của một xã, dữ liệu đang chờ duyệt, dữ liệu của lượt chạy chưa kết thúc, và sổ.

**Màu xanh:** xong; *Logs* nêu những gì đã xóa và lý do giữ phần còn lại. **Màu đỏ:** *Logs* nêu lý do; không có gì bị xóa
nhầm, hãy chạy lại sau khi khắc phục. Xem trước bằng `landsync housekeeping --dry-run`.

---

### Housekeeping

At six in the morning this deletes the deliveries and run folders that have expired by `sync/care/retention.toml`. Never deleted:
what was last accepted of any commune, what waits for a decision, what an unfinished run needs, the ledger.

**Green:** done; the *Logs* say what went and why the rest stayed. **Red:** the *Logs* say why; nothing was deleted by
mistake, run it again once mended. Look first with `landsync housekeeping --dry-run`.
"""


@dag(
    dag_display_name="Dọn dữ liệu hết hạn (toàn quốc)",
    description="Xóa gói dữ liệu và thư mục lượt chạy đã hết hạn lưu. Deliveries and run folders that have expired.",
    doc_md=DOC,
    schedule=nightly(EIGHT_HOURS),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags={"toàn quốc · national"},
    params={
        "dry_run": Param(
            False,
            type="boolean",
            title="Chạy thử (dry run)",
            description_md="Chỉ nêu những gì sẽ xóa.\n\nOnly say what would go.",
        )
    },
    default_args={"owner": "landsync"},
)
def housekeeping() -> None:
    """Delete what has expired; the log says what went and why the rest stayed."""

    @task(task_display_name="Dọn dẹp · tidy", pool=DATABASE_POOL, **task_defaults(timedelta(hours=2)))
    def tidy() -> dict[str, Any]:
        import logging
        from collections import Counter

        from sync.care.housekeeping import housekeeping as delete_expired

        with told():
            done = delete_expired(dry_run=bool(get_current_context()["params"]["dry_run"]))
            log = logging.getLogger("landsync")
            for kind in ("runs", "deliveries"):
                for name in done[f"{kind}_removed"]:
                    log.info("%s | %s", kind, name)
                for reason, count in sorted(Counter(done[f"{kind}_kept"].values()).items()):
                    log.info("%s kept: %s (%s)", kind, count, reason)
        counted = {key: len(done[key]) for key in ("runs_removed", "deliveries_removed")}
        return counted | {key: done[key] for key in ("policy", "dry_run", "objects_removed", "bytes_removed")}

    tidy()


housekeeping()
