"""One DAG per province, 34 from one function: the province's newest delivery, or the one named, into the nation.

When and who; the work is `sync/stages.py`. Few tasks, because each start costs: what needs the same libraries
and the same pool is one task. The national table is national; a role per province sees its own DAG only.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Param, dag, get_current_context, get_parsing_context, task

from dags._common import (
    DATABASE_POOL,
    GEO_POOL,
    actor,
    name_of_run,
    nightly,
    province_names,
    task_defaults,
    told,
    uri_of_connection,
)

MINUTES_BETWEEN_PROVINCES = 10  # 34 provinces from 22:00 to 03:30; the reconciliation follows at 05:00

DOC = """
### {name}: đồng bộ dữ liệu địa chính

Mỗi đêm, và khi có người yêu cầu, quy trình này lấy dữ liệu mà tỉnh đã nộp vào hộp nhận `inbox/{code}`, kiểm tra từng
thửa đất, rồi cập nhật vào cơ sở dữ liệu đất đai quốc gia.

| Bước | Việc làm |
| --- | --- |
| Nhận và kiểm tra | lưu nguyên trạng dữ liệu, đọc dữ liệu, kiểm tra từng thửa đất, xếp loại từng xã |
| Cập nhật | ghi vào cơ sở dữ liệu quốc gia trong một giao dịch duy nhất, lập biên nhận và báo cáo |
| Kết thúc | đóng lượt chạy, xóa dữ liệu tạm |

**Chạy ngay:** bấm *Trigger*. Để trống ô đầu thì lấy dữ liệu mới nhất (của nguồn trong `[connection]`, nếu hồ sơ tỉnh có); chọn *chạy thử* thì chỉ kiểm tra, không ghi gì.

**Khi một bước có màu đỏ:** mở *Logs* của bước đó; dòng lỗi cho biết sai ở đâu và cần làm gì. Dữ liệu của ngày hôm trước
vẫn còn nguyên. Sửa dữ liệu rồi nộp lại, hoặc bấm *Trigger* lần nữa.

**Khi một xã bị tạm giữ** (ví dụ mất quá nhiều thửa đất so với lần trước): lượt chạy vẫn có màu xanh, các xã khác vẫn được cập
nhật. Dữ liệu không ghi lúc trích xuất (`extracted_at`) cũng bị tạm giữ. Nộp lại dữ liệu đúng, hoặc người có thẩm quyền chạy `landsync approve` hay `landsync refuse`.

**Khi bước đầu được bỏ qua:** hộp nhận của tỉnh đang trống.

---

### {name}: cadastral data into the nation

Every night, and on request, this takes what the province has put into `inbox/{code}`, checks every parcel and brings
the national land database up to date.

| Step | What it does |
| --- | --- |
| Receive and check | keeps the delivery as it came, reads it, checks every parcel, grades every commune |
| Update | writes to the national database in one transaction, with a receipt and a report |
| Close | closes the run, removes temporary data |

**Run it now:** press *Trigger*. Leave the first field blank for the newest data (of the source in `[connection]`, if the
province's profile has one); *dry run* only checks and writes
nothing.

**When a step is red:** open its *Logs*; the error line says what is wrong, where, and what to do. Yesterday's data is
untouched. Correct the delivery and hand it in again, or press *Trigger* again.

**When a commune is held** (it would lose too many parcels, for example): the run is green all the same and the other communes are
published. Data that do not say when they were extracted (`extracted_at`) are held, too. Hand in a corrected delivery, or somebody entitled to it runs `landsync approve` or `landsync refuse`.

**When the first step is skipped:** the province's inbox is empty.
"""


def form(code: str) -> dict[str, Param]:
    """The fields of the trigger form."""
    return {
        "delivery": Param(
            None,
            type=["null", "string"],
            maxLength=255,
            title="Dữ liệu cần đồng bộ (Delivery)",
            description_md=f"Tên tệp hoặc thư mục trong inbox/{code}. Để trống: lấy từ [connection] của hồ sơ tỉnh, "
            "không có thì lấy dữ liệu mới nhất trong hộp nhận.\n\n"
            f"Name of a file or folder in inbox/{code}. Blank: what the profile's [connection] offers, else the newest.",
        ),
        "extracted_at": Param(
            None,
            type=["null", "string"],
            maxLength=40,
            title="Lúc trích xuất (Extracted at)",
            description_md="Chỉ khi dữ liệu không có delivery.toml: lúc trích xuất từ hệ thống nguồn, ví dụ 2026-11-20T22:00+07:00. "
            "Không ai ghi thì dữ liệu được kiểm tra rồi tạm giữ.\n\n"
            "Only where the data come without a delivery.toml: when they left their system, such as 2026-11-20T22:00+07:00. "
            "Where nobody says it, the data are checked and then held.",
        ),
        "dry_run": Param(
            False,
            type=["boolean", "null"],
            title="Chạy thử (Dry run)",
            description_md="Chỉ kiểm tra và báo cáo, không ghi vào cơ sở dữ liệu quốc gia.\n\n"
            "Only check and report; nothing is written to the national database.",
        ),
    }


def judging(code: str) -> Any:
    """The task that takes what the province has put in, reads and judges it."""

    @task(
        task_display_name="Nhận, kiểm tra · check",
        pool=GEO_POOL,
        **task_defaults(timedelta(hours=2)),
    )
    def judge() -> dict[str, Any]:
        from sync.declared.moments import typed_moment
        from sync.intake.remotes.secrets import handed_over
        from sync.run import start_run
        from sync.stages import run_stage, shown

        context = get_current_context()
        with told(), handed_over(uri_of_connection):
            run = start_run(
                province=code,
                actor=actor(context),
                delivery=context["params"]["delivery"] or None,
                dry_run=bool(context["params"]["dry_run"]),
                stated_at=typed_moment(context["params"].get("extracted_at")),
                airflow_run_id=name_of_run(context),
            )
            context["ti"].xcom_push("run_id", run.run_id)  # now, so that `close` finds it whatever happens
            facts = {stage: shown(run_stage(stage, run)) for stage in ("fetch", "conform", "check", "gate")}
        return {"run_id": run.run_id, **facts}

    return judge


def province_sync(code: str, name: str, minutes_after_22: int) -> DAG:
    """The DAG of one province."""

    @dag(
        dag_id=f"province_sync_{code}",
        dag_display_name=name,
        description=f"Đồng bộ dữ liệu địa chính: {name}. Cadastral data into the nation.",
        doc_md=DOC.format(name=name, code=code),
        schedule=nightly(minutes_after_22),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        params=form(code),
        tags={"tỉnh, thành phố · province"},
        # What was begun is finished first: else 34 judgements come before the first update, and closing waits for all.
        default_args={"owner": "landsync", "weight_rule": "upstream"},
    )
    def build() -> None:
        @task(
            task_display_name="Cập nhật · update",
            pool=DATABASE_POOL,
            **task_defaults(timedelta(hours=2)),
        )
        def apply(judged: dict[str, Any]) -> dict[str, Any]:
            from sync.run import open_run
            from sync.stages import run_stage, shown

            with told():
                run = open_run(judged["run_id"])
                return {stage: shown(run_stage(stage, run)) for stage in ("load", "report")}

        @task(task_display_name="Kết thúc · close", **task_defaults(timedelta(minutes=10)))
        def close() -> str | None:
            from sync.run import finish_run

            run_id = get_current_context()["ti"].xcom_pull(task_ids="judge", key="run_id")
            with told():
                return finish_run(run_id) if run_id else None

        # A teardown without a setup: it runs when both are over, however they ended, and does not colour the run.
        # `on_failure_fail_dagrun` would make it the only leaf, and a run whose `apply` failed would be green.
        apply(judging(code)()) >> close().as_teardown()

    return build()


wanted = get_parsing_context().dag_id  # set when Airflow wants one DAG to run one task of it

for place, (province_code, province_name) in enumerate(province_names().items()):
    if wanted in (None, f"province_sync_{province_code}"):
        globals()[f"province_sync_{province_code}"] = province_sync(
            province_code, province_name, place * MINUTES_BETWEEN_PROVINCES
        )
