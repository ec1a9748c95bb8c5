"""The seed's DAG: the daily job once a day, through the Jobs API."""

from datetime import timedelta

import pendulum
from airflow import DAG
from airflow.providers.databricks.operators.databricks import DatabricksSubmitRunOperator

with DAG(
    "0e03d1c30c91_dag",
    schedule="@daily",
    start_date=pendulum.datetime(2024, 1, 1, tz="UTC"),
    catchup=False,
    default_args={"owner": "0e03d1c30c91", "retries": 1, "retry_delay": timedelta(minutes=2)},
):
    DatabricksSubmitRunOperator(
        task_id="submit_run",
        databricks_conn_id="databricks_default",
        existing_cluster_id="1108-162752-8okw8dgg",
        # The last segment names Pinflow's job.
        notebook_task={"notebook_path": "/Users/pinflow@example.com/daily"},
        # The provider's own 3 attempts are over in 3 s; a restart of Pinflow takes longer.
        databricks_retry_limit=10,
    )
