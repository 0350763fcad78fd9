"""After the provinces' night: do the rows of every commune still equal what its last accepted run left behind?

When and who; the work is `sync/care/reconcile.py`. Red when anything differs, with the provinces named in the log. Beside it, whether a
national id has begun to be withheld for too long (`sync/report/overdue.py`).
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, get_current_context, task

from dags._common import DATABASE_POOL, actor, nightly, task_defaults, told

SEVEN_HOURS = 7 * 60  # from 22:00: 05:00, when the last province, begun at 03:30, is through

DOC = """
### Đối soát hằng đêm

Lúc 5 giờ sáng, quy trình này so sánh từng xã: số thửa đất, tổng diện tích và mã băm của từng dòng tính lại từ cơ sở dữ
liệu, với bản kê của lượt đồng bộ được chấp nhận gần nhất.

**Màu xanh:** không có gì khác. **Màu đỏ:** có dòng bị sửa, thêm hoặc xóa ngoài quy trình; *Logs* nêu tên tỉnh, và
`landsync reconcile --province NN` nêu từng thửa đất. Kết quả được ghi vào sổ (`ledger.reconciliation`).

Bước *Mã chờ quá hạn* chỉ màu đỏ vào sáng mà một thửa bắt đầu chờ mã định danh của tỉnh khác quá số ngày của chính sách
(`[identity] withheld_days`); `landsync status` nêu từng thửa và việc cần làm cho đến khi xong.

---

### Nightly reconciliation

At five in the morning this compares every commune (parcels, sum of areas, and the hash of every row recomputed from the
database) with the manifest of its last accepted run.

**Green:** nothing differs. **Red:** a row was changed, added or deleted outside the pipeline; the *Logs* name the province,
`landsync reconcile --province NN` every parcel. The result is in the ledger (`ledger.reconciliation`).

The step *overdue ids* is red only on the morning on which a parcel has begun to wait for a national id of another province for longer
than the policy allows (`[identity] withheld_days`); `landsync status` names each, and what to do, until it is done.
"""


@dag(
    dag_display_name="Đối soát hằng đêm (toàn quốc)",
    description="So sánh cơ sở dữ liệu quốc gia với bản kê của từng xã. The database against the manifests.",
    doc_md=DOC,
    schedule=nightly(SEVEN_HOURS),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags={"toàn quốc · national"},
    default_args={"owner": "landsync"},
)
def nightly_reconciliation() -> None:
    """Compare, write the result to the ledger, be red when both sides disagree."""

    @task(task_display_name="Đối soát · reconcile", pool=DATABASE_POOL, **task_defaults(timedelta(hours=4)))
    def compare() -> dict[str, Any]:
        from parcels.bilingual import Bilingual
        from parcels.errors import Disagreement
        from sync.care.reconcile import reconcile

        with told():
            result = reconcile(None, actor(get_current_context()))
            differing = [province["code"] for province in result["provinces"] if province["differences"]]
            if not result["agrees"]:
                named = ", ".join(differing)
                raise Disagreement(
                    "RECONCILE-DIFFERS",
                    Bilingual(
                        f"Dữ liệu của {len(differing)} tỉnh khác với bản kê: {named}.",
                        f"The data of {len(differing)} provinces differ from their manifests: {named}.",
                    ),
                    Bilingual(
                        f"Chạy `landsync reconcile --province {differing[0]}` để biết từng thửa đất.",
                        f"Run `landsync reconcile --province {differing[0]}` to see every parcel.",
                    ),
                )
        return {
            "provinces": len(result["provinces"]),
            "communes": sum(province["communes_compared"] for province in result["provinces"]),
        }

    @task(
        task_display_name="Mã chờ quá hạn · overdue ids",
        pool=DATABASE_POOL,
        **task_defaults(timedelta(minutes=30)),
    )
    def overdue_ids() -> int:
        from sync.platform.addresses import resolve_dsn
        from sync.report.overdue import refuse_new
        from sync.settings import settings

        with told():
            return refuse_new(resolve_dsn(settings()))

    compare()
    overdue_ids()


nightly_reconciliation()
