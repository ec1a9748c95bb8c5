#!/usr/bin/env bash
# The README's commands as a newcomer types them, the seed's emulator in Python, and the doors that docs/doors.md shows.
# Its own folders only; free ports; ends what it started.
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$home/target"
work=$(mktemp -d "$home/target/commands.XXXXXX")
cd "$work"
pinflow="$home/pinflow"
# shellcheck source=.ci/checks.sh
source "$home/.ci/checks.sh"

refuses() { # exit code, words, then a command
  local code=0 wanted=$1 words=$2
  shift 2
  "$@" >refused.out 2>&1 || code=$?
  [ "$code" = "$wanted" ] && grep -q -- "$words" refused.out && ! grep -q '^\s*at ' refused.out && return
  echo "exit code $code, expected $wanted and the words: $words"
  cat refused.out
  return 1
}

adds_up() { # demo's document: counts add up within it
  python3 - "$1" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
assert len(d["answers"]) == 9, d["answers"].keys()
for topic, h in d["hops"].items():
    sent = d["posted"][topic.rsplit(".", 1)[1]]
    assert sent == h["log"] == h["objects"] == h["clean"] + h["quarantined"] + h["duplicate"] + h["superseded"], (topic, sent, h)
    assert h["clean"] > 0
    assert d["live"]["rows"][topic.rsplit(".", 1)[1]] == h["clean"], (topic, d["live"], h)
assert d["live"]["differences"] == 0 and d["live"]["latency_ms"]["p99"] > 0, d["live"]
print(d["seconds"], d["live"])
PY
}

trap '[ ! -d .pinflow ] || "$pinflow" down -q >/dev/null 2>&1 || true; cd "$home"; rm -rf "$work"' EXIT

check "pinflow builds and names its version" "$pinflow" --version
check "works through a link, from another folder" bash -c "ln -s '$pinflow' linked && ./linked --version"

"$pinflow" demo --posts 2000 --json -q >demo.json
check "demo: the counts add up, and both ways have the same rows" adds_up demo.json

"$pinflow" up --detach --ports auto
"$pinflow" status --json >status.json
check "status: ready" test "$(field state <status.json)" = ready
check "status: nothing waits for the sink" test "$(field sink.lag.events <status.json)" = 0
check "a second up in one folder is refused" refuses 4 "is in use by another pinflow" "$pinflow" up --ports auto
check "a taken port is named with its key" refuses 4 "gateway.port\|kafka.port\|store.port\|source.port" bash -c '
  port=$(python3 -c "import json; print(json.load(open(\"status.json\"))[\"addresses\"][\"gateway\"].rsplit(\":\", 1)[1])")
  printf "gateway:\n  port: $port\nkafka:\n  port: 0\nstore:\n  port: 0\nsource:\n  port: 0\nconnect:\n  port: 0\ncontrol:\n  port: 0\n" >taken.yaml
  "$0" up --dir other --config taken.yaml' "$pinflow"
check "doctor names it too" refuses 1 "gateway.port" "$pinflow" doctor --config taken.yaml --dir other
check "doctor does not take our own pinflow's port for a taken one" "$pinflow" doctor --config taken.yaml
check "a Connect worker that is away is named with its key" refuses 3 "connect.url" bash -c 'printf "connect: {url: \"http://127.0.0.1:1\"}\n" >away.yaml; "$0" up --ports auto --config away.yaml --dir other' "$pinflow"
check "and so is a Kafka" refuses 3 "kafka.bootstrap" bash -c 'printf "kafka: {bootstrap: \"127.0.0.1:1\"}\n" >away.yaml; "$0" up --ports auto --config away.yaml --dir other' "$pinflow"
check "a mistyped expectation names its line" refuses 2 "line 2.*Did you mean expectations.column" bash -c 'printf "expectations:\n  - {table: pin, colum: ind, not-null: true}\n" >bad.yaml; "$0" run daily --config bad.yaml' "$pinflow"
check "a mistyped key names its line" refuses 2 "line 1.*Did you mean gateway" bash -c 'printf "gatewey: {}\n" >bad.yaml; "$0" up --config bad.yaml --dir other' "$pinflow"

# The seed's emulator in Python: database and gateway by URL and credentials only.
gateway=$(field addresses.gateway <status.json)
database=$(field addresses.database <status.json)
python3 - "$gateway" "$database" status.json >db_creds.yaml <<'PY'
import json, sys, urllib.parse
gateway, database, status = sys.argv[1:]
url = urllib.parse.urlparse(database.removeprefix("jdbc:"))
login = json.load(open(status))["credentials"]["database"]
print(f"HOST: {url.hostname}\nUSER: {login['user']}\nPASSWORD: {login['password']}\nDATABASE: {url.path[1:]}\nPORT: {url.port}\nINVOKE_URL: {gateway}")
PY
check "a database without the tables is named" refuses 3 "pinterest_data" "$pinflow" emulate batch
"$pinflow" source generate --posts 500 --seed 7
python3 -m venv venv
venv/bin/pip install -q -r "$home/source/src/test/python/requirements.txt" awscli==1.42.50 boto3==1.40.50 duckdb==1.5.5 duckdb-extension-delta==1.5.5
check "the seed's emulator posts unchanged" venv/bin/python "$home/source/src/test/python/user_posting_emulation.py" db_creds.yaml 0e03d1c30c91 20
check "a gateway that is away: what was not posted is counted" refuses 1 "failed 30\|send the rest" "$pinflow" emulate batch --posts 10 --gateway http://127.0.0.1:1 --give-up-after 2
check "and sent by another run" bash -c '"$0" emulate batch --posts 10 | grep -q "posted [23]., failed 0"' "$pinflow"
check "a rate that is none is said so" refuses 2 "the rate is -1.0" "$pinflow" emulate batch --rate -1
check "emulate batch" "$pinflow" emulate batch
check "a wrong password is said so" refuses 3 "password\|denied" bash -c 'sed "s/^PASSWORD:.*/PASSWORD: wrong/" db_creds.yaml >wrong.yaml; printf "source: {creds: wrong.yaml}\n" >wrong-config.yaml; "$0" source export --out none --config wrong-config.yaml' "$pinflow"
check "a broken db_creds.yaml is said so" refuses 3 "broken.yaml" bash -c 'echo "HOST: [" >broken.yaml; printf "source: {creds: broken.yaml}\n" >broken-config.yaml; "$0" source export --out none --config broken-config.yaml' "$pinflow"
check "a missing db_creds.yaml is said so" refuses 3 "nowhere.yaml" bash -c 'printf "source: {creds: nowhere.yaml}\n" >missing-config.yaml; "$0" source export --out none --config missing-config.yaml' "$pinflow"

# An event that breaks a rule, to be mended below.
check "a broken event is taken" curl -sf "$gateway/topics/0e03d1c30c91.user" -H 'Content-Type: application/vnd.kafka.json.v2+json' \
  -d '{"records":[{"key":1,"value":{"ind":900001,"first_name":"A","last_name":"B","age":"old","date_joined":"2015-08-28 03:52:47"}}]}'

# Streams and objects with the AWS CLI.
export AWS_ACCESS_KEY_ID=$(field credentials.s3.access_key <status.json) AWS_SECRET_ACCESS_KEY=$(field credentials.s3.secret_key <status.json) AWS_DEFAULT_REGION=us-east-1
kinesis() { venv/bin/aws --endpoint-url "$gateway" kinesis "$@"; }
streams_by_cli() {
  kinesis create-stream --stream-name posts --shard-count 1 &&
    kinesis wait stream-exists --stream-name posts &&
    kinesis put-record --stream-name posts --partition-key 1 --data hello &&
    kinesis get-records --shard-iterator "$(kinesis get-shard-iterator --stream-name posts --shard-id shardId-000000000000 \
      --shard-iterator-type TRIM_HORIZON --query ShardIterator --output text)" --query 'Records[0].Data' --output text | grep -qx aGVsbG8= &&
    kinesis delete-stream --stream-name posts && kinesis wait stream-not-exists --stream-name posts
}
check "the AWS CLI creates, puts, gets and deletes" streams_by_cli
check "emulate stream" bash -c '"$0" emulate stream --create --posts 100 | grep -q "failed 0"' "$pinflow"
live_takes() { # all that the streams hold, within a minute
  for _ in $(seq 60); do
    "$pinflow" live status --json >live.json && python3 - <<'PY' && return
import json
streams = json.load(open("live.json"))["streams"]
assert len(streams) == 3 and all(s["events"] >= 90 and s["state"] == "running" for s in streams.values()), streams
PY
    sleep 1
  done
  return 1
}
check "the live way takes what the streams hold" live_takes
check "its tables can be asked before a daily run" bash -c '[ "$("$0" query --format csv --sql "SELECT count(*) AS n FROM \`0e03d1c30c91_pin_table\`" | tail -n 1)" -gt 80 ]' "$pinflow"
check "the seed's streaming emulator posts unchanged" venv/bin/python "$home/source/src/test/python/user_posting_emulation_streaming.py" db_creds.yaml 0e03d1c30c91 20
streams_by_boto3() {
  venv/bin/python - "$gateway" <<'PY'
import boto3, sys
kinesis = boto3.client("kinesis", endpoint_url=sys.argv[1])
kinesis.create_stream(StreamName="boto", ShardCount=1)
kinesis.get_waiter("stream_exists").wait(StreamName="boto")
assert kinesis.put_records(StreamName="boto", Records=[{"Data": b"\0\xff", "PartitionKey": "k"}])["FailedRecordCount"] == 0
place = kinesis.get_shard_iterator(StreamName="boto", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON")
assert [r["Data"] for r in kinesis.get_records(ShardIterator=place["ShardIterator"])["Records"]] == [b"\0\xff"]
try:
    kinesis.put_record(StreamName="boto", Data=b"x" * (1024 * 1024 + 1), PartitionKey="k")
    raise AssertionError("a record too large was taken")
except kinesis.exceptions.ClientError as e:
    assert e.response["Error"]["Code"] == "ValidationException", e
kinesis.delete_stream(StreamName="boto")
kinesis.get_waiter("stream_not_exists").wait(StreamName="boto")
posts = "streaming-0e03d1c30c91-pin"
count = 0
for shard in kinesis.list_shards(StreamName=posts)["Shards"]:
    place = kinesis.get_shard_iterator(StreamName=posts, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    count += len(kinesis.get_records(ShardIterator=place["ShardIterator"])["Records"])
assert count > 0
PY
}
check "boto3 creates, puts, gets and deletes; reads what the emulator put" streams_by_boto3
s3() { venv/bin/aws --endpoint-url "$(field addresses.s3 <status.json)" "$@"; }
bucket=$(field credentials.s3.bucket <status.json)
listed() { [ -n "$(s3 s3 ls --recursive "s3://$bucket/topics/")" ]; }
for _ in $(seq 60); do listed && break || sleep 1; done
check "the AWS CLI lists the objects" listed
check "a daily run" "$pinflow" run daily
check "a second daily run changes nothing" bash -c '"$0" run daily | grep -q "Nothing new"' "$pinflow"
check "the audit finds nothing lost and nothing doubled" "$pinflow" audit
check "the deep audit, too" "$pinflow" audit --deep
traced() {
  "$pinflow" trace 17 --json >trace.json
  python3 - <<'PY'
import json
every = json.load(open("trace.json"))["events"]
events = [e for e in every if not e["event"].startswith("streaming-")]
assert {e["outcome"]["table"] for e in events} == {"pin", "geo", "user"}, events
for e in events:
    assert e["log"]["value"] and e["object"]["first_offset"] <= int(e["event"].rsplit("/", 1)[1]) <= e["object"]["last_offset"], e
    assert (e["outcome"]["outcome"] in ("clean", "quarantined")) == ("row" in e), e
    assert e["answers"] == {"batch": 0, "answers_of_batch": 0}, e
PY
}
check "an event's way" traced
traced_live() {
  "$pinflow" query --format csv --sql "SELECT ind FROM \`0e03d1c30c91_pin_table\` LIMIT 1" | tail -n 1 >live-ind &&
    "$pinflow" trace "$(cat live-ind)" --json >trace.json &&
    python3 - <<'PY'
import json
events = json.load(open("trace.json"))["events"]
live = [e for e in events if e["event"].startswith("streaming-0e03d1c30c91-pin/")]
assert live, events
for e in live:
    assert e["receipt"]["run"] and e["log"]["value"] and "object" in e["missing"], e
assert any(e.get("row", {}).get("in") == "0e03d1c30c91_pin_table" for e in live), live
PY
}
check "the way of one that came by a stream" traced_live
check "an event that is not there" refuses 1 "no hop knows" "$pinflow" trace 0e03d1c30c91.pin/0/999999
check "an event of no topic" refuses 1 "no hop knows" "$pinflow" trace nowhere/0/1
check "a malformed event" refuses 2 "neither" "$pinflow" trace one
check "an answer" bash -c '"$0" query top_country --format csv | grep -q "^country,follower_count"' "$pinflow"
check "SQL on the tables" bash -c '[ "$("$0" query --format csv --sql "SELECT count(*) AS n FROM pin" | tail -n 1)" -gt 400 ]' "$pinflow"
in_quarantine() { # list and export count the same rows
  "$pinflow" quarantine list --json >quarantine.json &&
  "$pinflow" quarantine export quarantine.jsonl &&
  [ "$(wc -l <quarantine.jsonl)" = "$(field rows <quarantine.json)" ] &&
    [ "$("$pinflow" quarantine export - -q | wc -l)" = "$(field rows <quarantine.json)" ]
}
check "the quarantine is listed and exported" in_quarantine
check "an export is not overwritten" refuses 2 "quarantine.jsonl is there already" "$pinflow" quarantine export quarantine.jsonl
check "an event that is not in quarantine" refuses 1 "is not in quarantine" "$pinflow" quarantine show nowhere/0/0
check "rows of a rule are shown, as many as asked for" bash -c '[ "$("$0" quarantine show --rule age.invalid --table user --limit 1 | grep -c "^  rules .*age.invalid")" = 1 ]' "$pinflow"
check "a rule that is not there names those that are" refuses 2 "age.invalid" "$pinflow" quarantine export none.jsonl --rule age.wrong
check "and leaves no file" test ! -e none.jsonl
mended() {
  "$pinflow" quarantine export mended.jsonl --rule age.invalid &&
    python3 - <<'PY' &&
lines = [l for l in open("mended.jsonl") if "900001" in l]
assert len(lines) == 1 and "old" in lines[0], lines
open("mended.jsonl", "w").write(lines[0].replace("old", "31"))
PY
    "$pinflow" quarantine replay --from mended.jsonl | grep -q "1 events asked for 1 are clean now" &&
    "$pinflow" quarantine replay --from mended.jsonl | grep -q "nothing changed" &&
    "$pinflow" trace 900001 --json >trace.json &&
    [ "$(field events.0.outcome.outcome <trace.json) $(field events.0.row.age <trace.json)" = "clean 31" ] &&
    field events.0.replay.mended <trace.json | grep -q '"31"' && field events.0.log.value <trace.json | grep -q '"old"'
}
check "a mended event is replayed, once, and its way shows it" mended
check "a mended event is accounted for" "$pinflow" audit --deep
check "a line that is not as exported is named" refuses 2 "line 1" bash -c 'echo "{}" >mended.jsonl; "$0" quarantine replay --from mended.jsonl' "$pinflow"
expected() {
  printf 'expectations:\n  - {table: user, column: age, between: [40, 50], on-failure: fail}\n  - {table: pin, column: ind, not-null: true}\n' >expected.yaml
  refuses 1 "FAILED: expected that user.age is between 40 and 50" "$pinflow" job daily --config expected.yaml &&
    sed -i 's/: fail}/: flag}/' expected.yaml && "$pinflow" job daily --config expected.yaml 2>flagged >expected.json &&
    grep -q "Flagged" flagged && [ "$(field expectations.1.holds <expected.json)" = True ]
}
check "an expectation flags or fails a run" expected
duckdb_reads() {
  venv/bin/python - <<'PY'
import duckdb, glob, sys
delta = glob.glob(sys.prefix + "/lib/python*/site-packages/duckdb_extension_delta/extensions/*/delta.duckdb_extension")[0]
duck = duckdb.connect()
duck.execute(f"LOAD '{delta}'")
rows, inds = duck.execute("SELECT count(*), count(DISTINCT ind) FROM delta_scan('.pinflow/lake/pin')").fetchone()
assert rows == inds > 400, (rows, inds)
PY
}
check "DuckDB reads a table" duckdb_reads

# Runs through each door.
control=$(field addresses.control <status.json)
token=$(field credentials.jobs_token <status.json)
api() { # path, then curl's options; prints the body, then the status on a line of its own
  local path=$1
  shift
  curl -s -w '\n%{http_code}\n' -H "Authorization: Bearer $token" "$@" "$control/api/2.1/jobs/$path"
}
submitted() { # notebook_path; prints the body, then the status
  api runs/submit -d "{\"run_name\": \"by curl\", \"existing_cluster_id\": \"1108\", \"notebook_task\": {\"notebook_path\": \"$1\"}}"
}
by_cli() {
  "$pinflow" run daily --wait --json -q >run.json && [ "$(field batch <run.json)" = None ] && field versions.read.pin <run.json
}
check "a run by command, which waits" by_cli
by_curl() {
  local run
  submitted /Users/me@example.com/daily >answer && [ "$(tail -n 1 answer)" = 200 ] && run=$(head -n 1 answer | field run_id) &&
    "$pinflow" runs logs -f "$run" >run.log && grep -q "of daily, attempt 1" run.log &&
    "$pinflow" runs show "$run" --json >run.json && [ "$(field state <run.json)" = SUCCEEDED ]
}
check "a run by curl, with the seed's notebook_path" by_curl
alike() {
  "$pinflow" runs list --json >runs.json && python3 - <<'PY'
import json
by_curl, by_cli = json.load(open("runs.json"))["runs"][:2]
assert (by_curl["asked_by"], by_cli["asked_by"]) == ("databricks", "cli"), (by_curl, by_cli)
assert by_curl.keys() == by_cli.keys()
for field in "job", "state", "attempt", "attempts", "message":
    assert by_curl[field] == by_cli[field], field
PY
}
check "are alike in the list of runs" alike
unknown_notebook() {
  submitted /Users/me@example.com/nowhere >answer && cat answer && [ "$(tail -n 1 answer)" = 400 ] &&
    head -n 1 answer | field message | grep nowhere | grep daily | grep compact
}
check "an unknown notebook is 400 with the known names" unknown_notebook
refused() { # token, status, error_code
  curl -s -w '\n%{http_code}\n' -H "$1" "$control/api/2.1/jobs/list" >answer && cat answer && [ "$(tail -n 1 answer)" = "$2" ] &&
    [ "$(head -n 1 answer | field error_code)" = "$3" ]
}
check "a wrong token is 403 in the dialect's JSON" refused "Authorization: Bearer wrong" 403 PERMISSION_DENIED
check "no token is 401" refused "Accept: */*" 401 UNAUTHENTICATED
ten_megabytes() {
  head -c 10485760 /dev/zero | tr '\0' x >large && api runs/submit --data-binary @large >answer && cat answer && [ "$(tail -n 1 answer)" = 413 ] &&
    [ "$(head -n 1 answer | field error_code)" = MAX_REQUEST_SIZE_EXCEEDED ]
}
check "a body of 10 MB is refused in JSON" ten_megabytes
cancel_and_repair() {
  local run
  "$pinflow" run daily --no-wait --json >run.json && run=$(field id <run.json) && "$pinflow" runs cancel "$run" && "$pinflow" runs logs -f "$run" &&
    "$pinflow" runs show "$run" --json >run.json && [ "$(field state <run.json)" = CANCELED ] && "$pinflow" runs repair "$run" &&
    "$pinflow" runs logs -f "$run" && "$pinflow" runs show "$run" --json >run.json && [ "$(field state <run.json)" = SUCCEEDED ]
}
check "a run is cancelled, and repaired" cancel_and_repair
check "an unknown job names the known ones" refuses 2 "daily, compact, vacuum, audit" "$pinflow" run nothing
check "an unknown run names the newest" refuses 2 "The newest are" "$pinflow" runs show 999999
check "another configuration than that of up is not passed over" refuses 2 "pinflow job daily" "$pinflow" run daily --config expected.yaml
check "a job without a schedule is said so" refuses 2 "has no schedule" "$pinflow" schedule next daily
check "an unknown answer lists the known ones" refuses 2 "top_country" "$pinflow" query nothing
check "bad SQL is said so" refuses 2 "nowhere" "$pinflow" query --sql "SELECT * FROM nowhere"

"$pinflow" down
printf 'jobs:\n  - {name: daily, schedule: {cron: "30 2 * * *", zone: Europe/Berlin}}\n' >pinflow.yaml
"$pinflow" up --detach --ports auto
scheduled() {
  "$pinflow" schedule next daily --count 3 --json >next.json && field schedules.0.next.2 <next.json | grep 'T0[01]:30:00Z' &&
    "$pinflow" schedule pause daily | grep paused && ! "$pinflow" schedule resume daily | grep paused
}
check "a schedule says when it is due, is paused and resumed" scheduled
same_token() {
  "$pinflow" status --json >status.json && [ "$(field credentials.jobs_token <status.json)" = "$token" ]
}
check "the token is the same after a restart" same_token
"$pinflow" down
rm pinflow.yaml
check "a bad cron is refused at start, with its line" refuses 2 "line 2.*schedule.cron" bash -c 'printf "jobs:\n  - {name: daily, schedule: {cron: 61 2 * * *}}\n" >bad.yaml; "$0" up --config bad.yaml' "$pinflow"
check "a run without pinflow is said so" refuses 3 "no pinflow runs" "$pinflow" run daily
check "status after down" refuses 3 "stopped" "$pinflow" status
check "reset deletes the folder" bash -c '"$0" reset --yes && [ ! -e .pinflow ]' "$pinflow"
echo "$passed passed, 0 failed"
