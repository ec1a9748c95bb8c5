"""From `pinflow status --json` on standard input to the value of AIRFLOW_CONN_DATABRICKS_DEFAULT."""

import json
import sys
from urllib.parse import urlsplit

status = json.load(sys.stdin)
if "control" not in status.get("addresses", {}):
    sys.exit(f"connection.py: Pinflow is {status.get('state')}, so it has no Jobs API. Start it with `pinflow up`.")
address = urlsplit(status["addresses"]["control"])
print(
    json.dumps(
        {
            "conn_type": "databricks",
            "schema": address.scheme,
            "host": address.hostname,
            "port": address.port,
            "password": status["credentials"]["jobs_token"],
        }
    )
)
