#!/usr/bin/env bash
# A real Airflow with the Databricks provider as it comes drives Pinflow: the three commands of airflow/README.md, then
# each way that a run can go. Its own folder only; free ports; ends what it started.
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$home/target"
work=$(mktemp -d "$home/target/airflow.XXXXXX")
cd "$work"
pinflow="$home/pinflow"
# shellcheck source=.ci/checks.sh
source "$home/.ci/checks.sh"
dag= # the process of a DAG in the background

at_failure() {
  tail -n 50 .pinflow/logs/pinflow.log || true
}

newest() { # id, job and state of the newest run, as "7 daily SUCCEEDED"
  "$pinflow" runs list --json >runs.json && python3 - <<'PY'
import json
runs = json.load(open("runs.json"))["runs"]
print(*([runs[0]["id"], runs[0]["job"], runs[0]["state"]] if runs else []))
PY
}

posts() { # so that there is something to do
  "$pinflow" emulate batch --posts 300 -q
}

dag_test() { # a DAG's id, until it ends; one that fails is tried three times by Pinflow
  rm -f told
  timeout 600 airflow dags test "$1"
}

begins() { # a DAG's id, in the background, until its run is underway
  local before now
  posts
  before=$(newest)
  rm -f told
  airflow dags test "$1" >dag.out 2>&1 &
  dag=$!
  for _ in $(seq 120); do
    now=$(newest)
    if [ "${now%% *}" != "${before%% *}" ] && [ "${now##* }" = RUNNING ]; then
      underway=${now%% *}
      return
    fi
    kill -0 "$dag" 2>/dev/null || break
    sleep 0.5
  done
  echo "No new run is underway; the newest is: $now"
  cat dag.out
  return 1
}

ends() { # the exit code that the DAG in the background has to end with
  local code=0
  for _ in $(seq 600); do
    kill -0 "$dag" 2>/dev/null || break
    sleep 0.5
  done
  if kill -KILL "$dag" 2>/dev/null; then
    echo "The DAG did not end within 300 s; it is killed."
  fi
  wait "$dag" || code=$?
  dag=
  cat dag.out
  [ "$code" = "$1" ]
}

newest_is() { # job and state, and perhaps which run
  local now
  now=$(newest)
  echo "The newest run is $now, expected $1 ${2:-}"
  [ "${now#* }" = "$1" ] && [ "${now%% *}" = "${2:-${now%% *}}" ]
}

told() { # words that the DAG's task has failed with
  cat told && grep -qF -- "$1" told
}

again() { # stops Pinflow and starts it with the same Jobs API address and, perhaps, more configuration
  "$pinflow" down
  {
    printf 'control: {port: %s}\n' "${control##*:}"
    printf '%s: {port: 0}\n' source gateway kafka connect store
    cat
  } >pinflow.yaml
  "$pinflow" up --detach
}

end() {
  [ -z "$dag" ] || kill -KILL "$dag" 2>/dev/null || true
  [ ! -d .pinflow ] || "$pinflow" down -q >/dev/null 2>&1 || true
  cd "$home"
  rm -rf "$work"
}
trap end EXIT

"$pinflow" up --detach --ports auto
"$pinflow" status --json >status.json
control=$(field addresses.control <status.json)
"$pinflow" source generate --posts 2000 --seed 7
check "posts are emulated" posts

# The README's commands as they stand, where its relative paths lead to the same files.
ln -s "$pinflow" pinflow
ln -s "$home/airflow" airflow
python3 -m venv venv
# shellcheck disable=SC1091
source venv/bin/activate
export PYTHONDONTWRITEBYTECODE=1
awk '/^    / { print substr($0, 5); block = 1; next } block { exit }' "$home/airflow/README.md" >readme.sh
check "airflow/README.md shows three commands" test "$(wc -l <readme.sh)" = 3
check "they lead from an empty virtual environment to a green run of the seed's DAG" timeout 1200 bash -euo pipefail readme.sh
check "which is in the list of runs" newest_is "daily SUCCEEDED"
page_opens() {
  local run token
  run=$(newest)
  token=$(field credentials.jobs_token <status.json)
  curl -sSf -H "Authorization: Bearer $token" "$control/api/2.2/jobs/runs/get?run_id=${run%% *}" >run.json &&
    curl -sSf "$(field run_page_url <run.json)" | grep -q daily
}
check "its page opens" page_opens

sed -n 2p readme.sh >connection.sh
# shellcheck disable=SC1091
source connection.sh
export AIRFLOW__CORE__DAGS_FOLDER="$home/.ci/airflow" PINFLOW_TOLD="$work/told"

by_name() {
  dag_test by_name && newest_is "daily SUCCEEDED"
}
check "run-now by the job's name" by_name

deferred() {
  posts && dag_test deferred && newest_is "daily SUCCEEDED"
}
check "deferrable mode" deferred

unknown() {
  local before
  before=$(newest)
  ! dag_test unknown && told INVALID_PARAMETER_VALUE && told nowhere && told daily && told compact && [ "$(newest)" = "$before" ]
}
check "an unknown notebook fails the DAG, names those that are there and starts nothing" unknown

cancelled() {
  begins submit && "$pinflow" runs cancel "$underway" && ends 1 && told CANCELED && newest_is "daily CANCELED" "$underway"
}
check "a run that is cancelled fails the DAG as cancelled" cancelled

killed() {
  begins submit && kill -TERM "$dag" && ends 1 && told CANCELED && newest_is "daily CANCELED" "$underway"
}
check "a task that is killed cancels its run" killed

restarted() {
  begins submit && again </dev/null && ends 0 && newest_is "daily SUCCEEDED" "$underway"
}
check "a restart in the middle of a run: it is taken up again, and the DAG is green" restarted

broken='user.age is between 40 and 50'
check "a restart with an expectation that does not hold" again <<'YAML'
expectations:
  - {table: user, column: age, between: [40, 50], on-failure: fail}
YAML

failed() { # a DAG's id
  ! dag_test "$1" && told "$broken" && newest_is "daily FAILED"
}
check "a failing notebook fails the DAG with our message" failed submit
check "in deferrable mode, too" failed deferred

none_doubled() { # each DAG one run, and no run but theirs
  newest && python3 - <<'PY'
import json
runs = json.load(open("runs.json"))["runs"]
assert all(run["job"] == "daily" for run in runs), runs
states = [run["state"] for run in reversed(runs)]
assert states == ["SUCCEEDED"] * 3 + ["CANCELED"] * 2 + ["SUCCEEDED"] + ["FAILED"] * 2, states
PY
}
check "each DAG has had one run" none_doubled
check "the audit finds nothing lost and nothing doubled" "$pinflow" audit

"$pinflow" down
echo "$passed passed, 0 failed"
