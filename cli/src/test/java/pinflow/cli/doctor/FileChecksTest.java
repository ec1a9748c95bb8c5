package pinflow.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.cli.doctor.Finding.Severity;

final class FileChecksTest {
  private static final LocalDate TODAY = LocalDate.parse("2026-03-01");

  @TempDir private Path folder = Path.of("");

  @Test
  void theSeedsDag() throws IOException {
    List<Finding> findings =
        schedule(
            """
            default_args = {
                'owner': 'pinflow',
                'retries': 1,
            }
            with DAG('0e03d1c30c91_dag',
                    start_date=datetime(24, 7, 29),
                    schedule_interval='@daily',
                    catchup=False,
                    default_args=default_args
                    ) as dag:
                pass
            """);
    assertThat(findings)
        .extracting(Finding::severity)
        .containsExactly(Severity.ERROR, Severity.ERROR);
    assertThat(findings)
        .extracting(Finding::what)
        .containsExactly(
            folder.resolve("dag.py") + ", line 7: schedule_interval is given.",
            folder.resolve("dag.py") + ", line 6: start_date is in the year 24.");
    assertThat(findings.get(1).fix()).contains("datetime(2024, …)");
  }

  @Test
  void commentsStringsAndVariablesAreNoDag() throws IOException {
    assertThat(
            schedule(
                """
                \"""Was: DAG(schedule_interval='@daily', start_date=datetime(24, 1, 1)) # "quoted"

                \"""
                # schedule_interval='@daily', start_date=datetime(24, 1, 1)
                note = 'it\\'s # not schedule_interval=1'
                schedule_interval = '@daily'
                def of(schedule_interval=None):
                    return schedule_interval == '@daily'
                with DAG("d", schedule=schedule_interval, catchup=False,  # start_date=datetime(24, 1, 1)
                         start_date=pendulum.datetime(2024, 7, 29, tz="UTC")) as dag:
                    pass
                """))
        .isEmpty();
  }

  @Test
  void daysToCatchUpOnAndAnEndThatIsPast() throws IOException {
    String dag =
        "DAG('d', default_args={'start_date': dt.datetime(year=2026, month=2, day=1)}, schedule='@daily'%s)";
    assertThat(schedule(dag.formatted("")))
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.what())
                    .contains("start_date 2026-02-01 is 28 days past")
                    .contains("is not set, which in Airflow 2 means on"));
    assertThat(schedule(dag.formatted(", catchup=True")))
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains("catchup is on"));
    assertThat(schedule(dag.formatted(", catchup=False"))).isEmpty();
    assertThat(schedule(dag.replace("'@daily'", "None").formatted(""))).isEmpty();
    assertThat(schedule(dag.formatted(", catchup=False, end_date=datetime(2026, 2, 28)")))
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains("end_date 2026-02-28 is past"));
  }

  /** The alternatives of a pattern can each take a stack's frame for every character. */
  @Test
  void aLongDocumentation() throws IOException {
    String text = "it's \"said\" \\\\ #\n".repeat(50_000);
    assertThat(schedule("'''" + text.replace("'", "") + "'''\nDAG(schedule_interval=None)"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains("line 50002"));
  }

  @Test
  void theSeedsScriptSendsAConstantKey() throws IOException {
    Path script =
        Path.of(
            System.getProperty("pinflow.home"),
            "source/src/test/python/user_posting_emulation_streaming.py");
    assertThat(new ScriptKeys(script).find())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains("is always \"partition-1\""));
    assertThat(
            new ScriptKeys(
                    write(
                        """
                        json.dumps({"Data": row, "PartitionKey": str(row["index"])})
                        json.dumps({"Data": row, "PartitionKey": f"pin-{row['index']}"})
                        json.dumps({"Data": row, "PartitionKey": "pin-" + row["index"]})
                        client.put_record(Data=data, PartitionKey=key)
                        # "PartitionKey": "partition-1"
                        """))
                .find())
        .isEmpty();
  }

  @Test
  void theSeedsNotebookSharesACheckpoint() throws IOException {
    String query =
        "df.writeStream.format('delta').option(\"checkpointLocation\", \"%s\").table('t')\n";
    assertThat(
            new ScriptCheckpoints(
                    write(
                        query.formatted("/tmp/kinesis/_checkpoints/")
                            + query.formatted("/tmp/kinesis/_checkpoints")
                            + query.formatted("/tmp/kinesis/user")))
                .find())
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.what())
                    .contains("2 queries have the checkpoint /tmp/kinesis/_checkpoints")
                    .contains("lines 1, 2"));
    assertThat(
            new ScriptCheckpoints(write(query.formatted("/tmp/pin") + query.formatted("/tmp/geo")))
                .find())
        .isEmpty();
  }

  private List<Finding> schedule(String dag) throws IOException {
    return new DagSchedule(write(dag), TODAY).find();
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("dag.py"), text);
  }
}
