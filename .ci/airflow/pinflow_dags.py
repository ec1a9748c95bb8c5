"""The DAGs of .ci/airflow.sh: one for each way to ask for a run."""

import os

import pendulum
from airflow import DAG
from airflow.providers.databricks.operators.databricks import DatabricksRunNowOperator, DatabricksSubmitRunOperator

CLUSTER = "1108-162752-8okw8dgg"


def told(context):
    """Keeps what a task failed with as it was raised: logs wrap it."""
    with open(os.environ["PINFLOW_TOLD"], "a") as file:
        print(context["exception"], file=file)


def dag(dag_id, operator, **arguments):
    with DAG(dag_id, schedule=None, start_date=pendulum.datetime(2024, 1, 1, tz="UTC"), catchup=False) as made:
        operator(
            task_id="ask",
            polling_period_seconds=1,
            # Tried for longer than a restart takes.
            databricks_retry_limit=10,
            retries=0,
            on_failure_callback=told,
            **arguments,
        )
    return made


def notebook(name):
    return {"existing_cluster_id": CLUSTER, "notebook_task": {"notebook_path": f"/Users/pinflow@example.com/{name}"}}


submit = dag("submit", DatabricksSubmitRunOperator, **notebook("daily"))
deferred = dag("deferred", DatabricksSubmitRunOperator, deferrable=True, **notebook("daily"))
by_name = dag("by_name", DatabricksRunNowOperator, job_name="daily")
unknown = dag("unknown", DatabricksSubmitRunOperator, **notebook("nowhere"))
