package pinflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pinflow.control.jobs.Cron;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.JobKind;
import pinflow.control.jobs.JobSchedule;
import pinflow.control.jobs.OnFailure;

class ConfigFileTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void withoutAFileTheDefaultsHold() {
    PinflowConfig config = ConfigFile.read(folder.resolve("pinflow.yaml"), false);
    assertThat(config.topics())
        .containsExactly("0e03d1c30c91.pin", "0e03d1c30c91.geo", "0e03d1c30c91.user");
    assertThat(config.bucket()).isEqualTo("user-0e03d1c30c91-bucket");
    assertThat(config.sink().rotate()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void aKeyOfTheFileReplacesItsDefaultOnly() throws IOException {
    PinflowConfig config = read("sink:\n  rotate: 250ms\n  flush-records: 1\n");
    assertThat(config.sink().rotate()).isEqualTo(Duration.ofMillis(250));
    assertThat(config.sink().flushRecords()).isEqualTo(1);
    assertThat(config.sink().compression()).isEqualTo("none");
  }

  @Test
  void partsThatAreStartedAgainKeepTheirPorts() {
    Running running =
        new Running(
            "ready",
            1,
            "x",
            Map.of(
                "gateway", "http://127.0.0.1:15001",
                "kafka", "127.0.0.1:15002",
                "s3", "http://127.0.0.1:15003",
                "connect", "http://[::1]:15004/",
                "control", "http://127.0.0.1:15006",
                "database", "jdbc:mariadb://127.0.0.1:15005/pinterest_data"),
            Map.of(),
            null);
    PinflowConfig config = ConfigFile.defaults().onFreePorts().onPorts(running::port);
    assertThat(
            List.of(
                config.gateway("b:1").port(),
                config.kafka().port(),
                config.store().port(),
                config.connect().port(),
                config.source().port(),
                config.control().port()))
        .containsExactly(15001, 15002, 15003, 15004, 15005, 15006);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          id: x!                             | line 1 | id is "x!"
          kafka:\\n  prot: 9092               | line 2 | there is no key kafka.prot. Did you mean kafka.port?
          kafka:\\n  port: 99999              | line 2 | kafka.port is 99999; a port is 1 to 65535
          kafka:\\n  port: many               | line 2 | kafka.port
          kafka: 9092                        | line 1 | kafka is a section
          sink:\\n  rotate: 10                | line 2 | is no duration
          sink:\\n\\n  compression: zip        | line 3 | it must be none or gzip
          store:\\n  endpoint: my store       | line 2 | it must be embedded or a URL
          kafka:\\n  bootstrap: broker        | line 2 | embedded or host:port
          lake:\\n  location: file:///my lake | line 2 | written %20
          sorce:\\n  port: 1                  | line 1 | Did you mean source?
          store:\\n  access-key: AKIA1        | line 2 | env:NAME or file:PATH
          store:\\n  access-key: env:A        | pinflow.yaml | belong together
          source:\\n  url: jdbc:x\\n  creds: y | pinflow.yaml | both name a database
          lake:\\n  location: /data           | line 2 | file:///path or s3a://bucket/prefix
          gateway:\\n  host: 0.0.0.0          | line 2 | gateway.host
          a: [                               | line 1 | not YAML
          expectations:\\n- {table: pin, colum: ind, not-null: true}    | line 2 | no key expectations.colum. Did you mean expectations.column?
          expectations:\\n- {table: pin, column: ind}                  | line 2 | this one has 0
          expectations:\\n- table: pin\\n  column: categry\\n  not-null: true | line 3 | column is categry; table pin has ind, unique_id
          expectations:\\n- {table: pins, column: ind, not-null: true}  | line 2 | table is pins; it must be one of pin, geo, user
          expectations:\\n- {table: pin, column: category, between: [1, 2]} | line 2 | of numbers
          expectations:\\n- {table: user, column: age, between: [9, 1]} | line 2 | the least and the greatest
          expectations:\\n- {table: user, column: age, between: old}    | line 2 | expectations.between
          expectations:\\n- {table: geo, ind-in: geo}                   | line 2 | the table itself
          expectations:\\n- {quarantined-share-below: 5}                | line 2 | such as 5%
          expectations:\\n- {table: geo, ind-in: pin, on-failure: warn} | line 2 | [flag, fail]
          expectations: all                  | line 1 | expectations
          control:\\n  port: 99999           | line 2 | control.port is 99999
          control:\\n  token: mine           | line 2 | env:NAME or file:PATH
          control:\\n  keep: 1h             | line 2 | control.keep is PT1H
          control:\\n  notebooks: {/a: dayly} | line 2 | which is no job; known are daily, compact
          control:\\n  database: {url: jdbc:oracle:x} | line 2 | control.database.url is jdbc:oracle:x
          jobs:\\n- {nam: daily}            | line 2 | no key jobs.nam. Did you mean jobs.name?
          jobs:\\n- {name: mine}            | line 2 | kind is missing; job mine
          jobs:\\n- {name: mine, kind: dayly} | line 2 | jobs.kind is "dayly"
          jobs:\\n- name: daily\\n  schedule: {cron: 61 * * * *} | line 3 | jobs.schedule.cron is 61
          jobs:\\n- {name: daily, schedule: {crn: 1 * * * *}} | line 2 | Did you mean jobs.schedule.cron?
          jobs:\\n- {name: daily}\\n- {name: daily} | pinflow.yaml | jobs.name is daily, which another job has
          jobs:\\n- {name: daily, parameters: {post: 1}} | pinflow.yaml | jobs.parameters has post
          """)
  void aMistakeNamesItsLineAndWhatIsRight(String yaml, String place, String words) {
    assertThatThrownBy(() -> read(yaml.strip().replace("\\n", "\n")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("pinflow.yaml")
        .hasMessageContaining(place.strip())
        .hasMessageContaining(words.strip());
  }

  @Test
  void expectationsAreHandedOnAsTheLakeTakesThem() throws IOException {
    PinflowConfig config =
        read(
            """
            expectations:
              - {table: pin, column: category, not-null: true}
              - {table: user, column: age, between: [13, 120], on-failure: fail}
              - {table: geo, ind-in: pin}
              - {quarantined-share-below: 5%, on-failure: flag}
            """);
    assertThat(config.withQuickSink().onFreePorts().expectations())
        .extracting(expectation -> expectation.json().toString())
        .containsExactly(
            "{\"kind\":\"not-null\",\"table\":\"pin\",\"column\":\"category\",\"onFailure\":\"flag\"}",
            "{\"kind\":\"between\",\"table\":\"user\",\"column\":\"age\",\"least\":13,\"most\":120,\"onFailure\":\"fail\"}",
            "{\"kind\":\"ind-in\",\"table\":\"geo\",\"other\":\"pin\",\"onFailure\":\"flag\"}",
            "{\"kind\":\"quarantined-share-below\",\"percent\":5,\"onFailure\":\"flag\"}");
  }

  @Test
  void jobsHaveDefaultsForWhatIsNotSaid() throws IOException {
    PinflowConfig config =
        read("""
            control: {keep: 30d, notebooks: {/Users/me/Clean: daily}}
            jobs:
              - name: daily
                schedule: {cron: "30 2 * * *", zone: Europe/Berlin, catch-up: all}
                on-failure: {webhook: "http://127.0.0.1:1/hook", command: [notify, me]}
              - {name: top, kind: spark-sql, parameters: {file: top.sql}, timeout: 20m, when-busy: skip}
            """)
            .onFreePorts();
    Job daily = config.jobs().get(0);
    assertThat(daily.kind()).isEqualTo(JobKind.DAILY);
    assertThat(daily.schedule())
        .isEqualTo(
            new JobSchedule(new Cron("30 2 * * *", "Europe/Berlin"), JobSchedule.CatchUp.ALL));
    assertThat(daily.onFailure())
        .isEqualTo(new OnFailure(URI.create("http://127.0.0.1:1/hook"), List.of("notify", "me")));
    Job top = config.jobs().get(1);
    assertThat(top.parameters()).containsExactly(Map.entry("file", "top.sql"));
    assertThat(List.of(top.timeout(), top.backoff()))
        .containsExactly(Duration.ofMinutes(20), Duration.ofSeconds(10));
    assertThat(top.whenBusy()).isEqualTo(Job.WhenBusy.SKIP);
    assertThat(config.control().notebooks()).containsEntry("/Users/me/Clean", "daily");
    assertThat(config.control().keep()).isEqualTo(Duration.ofDays(30));
  }

  @Test
  void aNamedFileMustBeThere() {
    assertThatThrownBy(() -> ConfigFile.read(folder.resolve("none.yaml"), true))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("none.yaml is not there");
  }

  private PinflowConfig read(String yaml) throws IOException {
    Path file = folder.resolve("pinflow.yaml");
    Files.writeString(file, yaml);
    return ConfigFile.read(file, true);
  }
}
