-- Runs, their history, the slots of jobs, schedules, and Databricks' jobs. Times are milliseconds since 1970, UTC.
-- What MariaDB and PostgreSQL call differently stands in braces (ControlDatabase).

CREATE TABLE runs (
  id ${id},
  job VARCHAR(64) NOT NULL,
  name VARCHAR(255) NOT NULL,
  asked_by VARCHAR(64) NOT NULL,
  token VARCHAR(255),
  parameters ${text} NOT NULL,
  timeout_ms BIGINT NOT NULL,
  state VARCHAR(16) NOT NULL,
  attempt INT NOT NULL,
  attempts INT NOT NULL,
  due BIGINT NOT NULL,
  submitted BIGINT NOT NULL,
  started BIGINT,
  ended BIGINT,
  owner VARCHAR(64),
  host VARCHAR(255),
  lease_until BIGINT,
  pid BIGINT,
  pid_started BIGINT,
  message ${text} NOT NULL,
  result ${text},
  truncated SMALLINT NOT NULL,
  tables_read ${text},
  tables_written ${text},
  notice_due BIGINT,
  job_id BIGINT,
  task_key VARCHAR(255),
  CONSTRAINT runs_token UNIQUE (token)
) ${table};
CREATE INDEX runs_state ON runs (state, due);
CREATE INDEX runs_job ON runs (job, id);
CREATE INDEX runs_job_id ON runs (job_id);
CREATE INDEX runs_notice ON runs (notice_due);

CREATE TABLE run_moves (
  id ${id},
  run_id BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  from_state VARCHAR(16),
  to_state VARCHAR(16) NOT NULL,
  attempt INT NOT NULL,
  message ${text} NOT NULL
) ${table};
CREATE INDEX run_moves_run ON run_moves (run_id, id);

-- A run that runs holds a slot of its job, so never more run than there are.
CREATE TABLE job_slots (
  job VARCHAR(64) NOT NULL,
  slot INT NOT NULL,
  run_id BIGINT,
  PRIMARY KEY (job, slot),
  CONSTRAINT job_slots_run UNIQUE (run_id)
) ${table};

-- Its one row is locked by whoever adds to the queue, so that the queue's bound is exact.
CREATE TABLE queue_gate (
  id INT NOT NULL PRIMARY KEY
) ${table};
INSERT INTO queue_gate (id) VALUES (1);

CREATE TABLE job_schedules (
  job VARCHAR(64) NOT NULL PRIMARY KEY,
  cron VARCHAR(255) NOT NULL,
  paused SMALLINT NOT NULL,
  handled BIGINT NOT NULL
) ${table};

CREATE TABLE databricks_jobs (
  id ${id},
  configured VARCHAR(64),
  name VARCHAR(255) NOT NULL,
  created BIGINT NOT NULL,
  settings ${text} NOT NULL,
  CONSTRAINT databricks_jobs_configured UNIQUE (configured)
) ${table};

-- As db-scheduler wants it.
CREATE TABLE scheduled_tasks (
  task_name VARCHAR(100) NOT NULL,
  task_instance VARCHAR(100) NOT NULL,
  task_data ${bytes},
  execution_time ${time} NOT NULL,
  picked BOOLEAN NOT NULL,
  picked_by VARCHAR(64),
  last_success ${time} NULL,
  last_failure ${time} NULL,
  consecutive_failures INT,
  last_heartbeat ${time} NULL,
  version BIGINT NOT NULL,
  priority SMALLINT,
  PRIMARY KEY (task_name, task_instance)
) ${table};
CREATE INDEX scheduled_tasks_execution_time ON scheduled_tasks (execution_time);
CREATE INDEX scheduled_tasks_last_heartbeat ON scheduled_tasks (last_heartbeat);
