package pinflow.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.cli.doctor.Finding.Severity;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.JobKind;
import pinflow.control.jobs.JobSchedule;

final class MachineChecksTest {
  private static final long GB = 1_000_000_000;

  @TempDir private Path folder = Path.of("");

  @Test
  void aJdkThatSparkDoesNotKnow() {
    assertThat(new JavaVersion(17).find()).isEmpty();
    assertThat(severities(new JavaVersion(11).find())).containsExactly(Severity.ERROR);
    assertThat(severities(new JavaVersion(26).find())).containsExactly(Severity.WARNING);
  }

  @Test
  void memoryForUpAndOneSpark() {
    assertThat(severities(new Memory(4 * GB).find())).containsExactly(Severity.ERROR);
    assertThat(severities(new Memory(6 * GB).find())).containsExactly(Severity.WARNING);
    assertThat(new Memory(8 * GB).find()).isEmpty();
  }

  @Test
  void roomBelowTheReserveAndLittleAboveIt() {
    assertThat(new DiskSpace(folder, 2 * GB, GB / 10, GB / 10).find()).isEmpty();
    assertThat(severities(new DiskSpace(folder, GB, GB / 10, GB / 10).find()))
        .containsExactly(Severity.WARNING);
    assertThat(new DiskSpace(folder, 4 * GB, 5 * GB, GB / 10).find())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.ERROR);
              assertThat(finding.what()).contains("4000 MB").contains("kafka.reserve-bytes");
            });
  }

  @Test
  void aScheduleThatIsSeldomDue() {
    Job leapDay =
        Job.of(
            "daily",
            null,
            null,
            null,
            null,
            null,
            JobSchedule.of("0 0 29 2 *", null, null),
            null,
            null,
            null);
    InstantSource before = InstantSource.fixed(Instant.parse("2026-11-27T00:00:00Z"));
    assertThat(new SeldomDue(List.of(leapDay), before).find())
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.what()).contains("daily").contains("2028-02-29T00:00:00Z"));
    InstantSource after = InstantSource.fixed(Instant.parse("2028-01-01T00:00:00Z"));
    assertThat(new SeldomDue(List.of(leapDay, Job.of("audit", JobKind.AUDIT)), after).find())
        .isEmpty();
  }

  @Test
  void aTakenPortIsNamedWithItsKeyUnlessItIsOurs() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, Integer> ports = Map.of("kafka.port", taken.getLocalPort(), "store.port", 0);
      assertThat(new FreePorts(ports, Set::of).find())
          .singleElement()
          .satisfies(
              finding ->
                  assertThat(finding.what())
                      .contains(Integer.toString(taken.getLocalPort()))
                      .contains("(kafka.port)"));
      assertThat(new FreePorts(ports, () -> Set.of(taken.getLocalPort())).find()).isEmpty();
      assertThat(
              new FreePorts(
                      Map.of(
                          "kafka.port", taken.getLocalPort(), "store.port", taken.getLocalPort()),
                      () -> Set.of(taken.getLocalPort()))
                  .find())
          .singleElement()
          .satisfies(
              finding -> assertThat(finding.what()).contains("kafka.port and store.port are both"));
    }
  }

  @Test
  void aClockThatWasNeverSet() {
    assertThat(new ClockYear(InstantSource.fixed(Instant.EPOCH)).find())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains("1970"));
    assertThat(new ClockYear(InstantSource.fixed(Instant.parse("2026-06-01T00:00:00Z"))).find())
        .isEmpty();
  }

  @Test
  void aClockThatIsAheadOfAServers() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          // As S3 does without keys: the header is there all the same.
          exchange.sendResponseHeaders(403, -1);
          exchange.close();
        });
    server.start();
    try {
      URI store = URI.create("http://127.0.0.1:%d/".formatted(server.getAddress().getPort()));
      ClockBeside.Server other = new ClockBeside.Server("the store", new HttpDate(store));
      Clock right = Clock.systemUTC();
      assertThat(new ClockBeside(right, other).find()).isEmpty();
      assertThat(severities(new ClockBeside(ahead(right, 5), other).find()))
          .containsExactly(Severity.WARNING);
      assertThat(new ClockBeside(ahead(right, 20), other).find())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.ERROR);
                assertThat(finding.what()).contains("ahead of that of the store");
              });
      server.stop(0);
      assertThatThrownBy(() -> new ClockBeside(right, other).find())
          .isInstanceOf(IOException.class)
          .hasMessageContaining(store + " does not answer");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aFolderThatCannotBeMadeOrWritten() throws IOException {
    assertThat(new FolderAccess(folder.resolve("new/one")).find()).isEmpty();
    assertThat(folder).isEmptyDirectory();
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThat(new FolderAccess(file.resolve("state")).find())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains(file + " is a file"));
    Path closed =
        Files.createDirectory(
            folder.resolve("closed"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
    // Root may write everywhere but into what the kernel itself shows.
    Path readOnly = Files.isWritable(closed) ? Path.of("/proc/self/fdinfo") : closed;
    assertThat(new FolderAccess(readOnly).find())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains(readOnly + ": "));
  }

  @Test
  void theVersionOfAStateFolder() throws IOException {
    Path file = folder.resolve("version");
    assertThat(new FolderVersion(file, false, 2).find()).isEmpty();
    assertThat(severities(new FolderVersion(file, true, 2).find()))
        .containsExactly(Severity.WARNING);
    Files.writeString(file, "2\n");
    assertThat(new FolderVersion(file, true, 2).find()).isEmpty();
    assertThat(new FolderVersion(file, true, 1).find())
        .singleElement()
        .satisfies(finding -> assertThat(finding.why()).contains("A newer Pinflow"));
    assertThat(severities(new FolderVersion(file, true, 3).find())).containsExactly(Severity.ERROR);
    Files.writeString(file, "two");
    assertThat(severities(new FolderVersion(file, true, 2).find())).containsExactly(Severity.ERROR);
  }

  private static Clock ahead(Clock clock, int minutes) {
    return Clock.offset(clock, Duration.ofMinutes(minutes));
  }

  private static List<Severity> severities(List<Finding> findings) {
    return findings.stream().map(Finding::severity).toList();
  }
}
