"""The seed's streaming emulator, in its own form: random rows of the three tables, put one by one for ever.

It knows the database and the gateway by db_creds.yaml (HOST, USER, PASSWORD, DATABASE, PORT, INVOKE_URL) only.
Differences from the original: it ends after COUNT posts, does not sleep, and a status other than 200 ends it.

    python user_posting_emulation_streaming.py DB_CREDS_YAML ID COUNT
"""

import json
import random
import sys

import requests
import sqlalchemy
import yaml
from sqlalchemy import text

random.seed(100)


class AWSDBConnector:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.creds = yaml.safe_load(file)

    def create_db_connector(self):
        creds = self.creds
        return sqlalchemy.create_engine(
            f"mysql+pymysql://{creds['USER']}:{creds['PASSWORD']}@{creds['HOST']}:{creds['PORT']}"
            f"/{creds['DATABASE']}?charset=utf8mb4"
        )


def row(connection, table, number):
    result = {}
    for selected in connection.execute(text(f"SELECT * FROM {table} LIMIT {number}, 1")):
        result = dict(selected._mapping)
    return result


def put(invoke_url, stream_name, value):
    headers = {"Content-Type": "application/json"}
    payload = json.dumps({"StreamName": stream_name, "Data": value, "PartitionKey": "partition-1"}, default=str)
    response = requests.request("PUT", f"{invoke_url}/streams/{stream_name}/record", headers=headers, data=payload)
    print(stream_name, response.status_code, response.text)
    if response.status_code != 200:
        sys.exit(f"{stream_name}: status {response.status_code}")


def run_post_data_loop(connector, user_id, count):
    engine = connector.create_db_connector()
    invoke_url = connector.creds["INVOKE_URL"]
    for _ in range(count):
        random.randrange(0, 2)  # the original's sleep: drawn, so that the rows are the same
        random_row = random.randint(0, 11000)
        with engine.connect() as connection:
            pin_result = row(connection, "pinterest_data", random_row)
            geo_result = row(connection, "geolocation_data", random_row)
            user_result = row(connection, "user_data", random_row)
        for table, result in (("pin", pin_result), ("geo", geo_result), ("user", user_result)):
            if result:
                put(invoke_url, f"streaming-{user_id}-{table}", result)


if __name__ == "__main__":
    run_post_data_loop(AWSDBConnector(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
