"""When and who: the Airflow schedules over the stages of `sync`. Nothing here holds facts of ours."""
