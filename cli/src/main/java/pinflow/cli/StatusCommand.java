package pinflow.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pinflow.audit.AuditException;
import pinflow.audit.LogOffsets;

@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Says whether Pinflow runs, its addresses and credentials.")
final class StatusCommand implements Callable<Integer> {
  @Mixin private final Options options = new Options();

  @Option(names = "--json", description = "As one JSON document.")
  private boolean json;

  @Override
  public Integer call() {
    StateFolder state = options.state();
    boolean taken = state.isTaken();
    Optional<Running> running = taken ? state.running() : Optional.empty();
    if (running.isEmpty() && taken) {
      // Its parts have not begun, or have given up.
      System.out.println(
          json
              ? Grid.json(Map.of("state", "waiting"))
              : "waiting: the pinflow in %s has no parts running; is its disk full (%d MB are free)? %s says more"
                  .formatted(
                      state.path(),
                      state.freeBytes() / 1_000_000,
                      state.resolve("logs/pinflow.log")));
      return ExitCode.UNAVAILABLE;
    }
    if (running.isEmpty()) {
      System.out.println(
          json
              ? Grid.json(Map.of("state", "stopped"))
              : "stopped: no pinflow runs in %s".formatted(state.path()));
      return ExitCode.UNAVAILABLE;
    }
    List<Health.Part> ill =
        Stream.concat(
                Health.of(running.get()).stream().filter(part -> !part.good()),
                state.live().flatMap(Health::of).stream())
            .toList();
    OptionalLong behind =
        ill.stream().anyMatch(part -> part.name().equals("kafka"))
            ? OptionalLong.empty()
            : sinkLag(running.get());
    Running said = ill.isEmpty() ? running.get() : running.get().withState("degraded");
    print(said, ill, behind, json, System.out);
    ill.forEach(
        part -> System.err.println("pinflow: %s: %s".formatted(part.name(), part.detail())));
    if (!ill.isEmpty()) {
      System.err.println("pinflow: see " + state.resolve("logs/pinflow.log"));
    }
    return said.state().equals("ready") ? ExitCode.OK : ExitCode.UNAVAILABLE;
  }

  static void print(Running running, boolean json, PrintStream out) {
    print(running, List.of(), OptionalLong.empty(), json, out);
  }

  /**
   * By what Connect's group has committed, seconds ago at most. Nothing while the log does not
   * answer, of which the parts' health tells.
   */
  private static OptionalLong sinkLag(Running running) {
    String kafka = running.addresses().get("kafka");
    if (kafka == null) {
      return OptionalLong.empty();
    }
    try (LogOffsets log = new LogOffsets(kafka, Duration.ofSeconds(3))) {
      return OptionalLong.of(
          log.uncommitted("connect-" + Pipeline.SINK, PinflowConfig.topics(running.id())));
    } catch (AuditException e) {
      return OptionalLong.empty();
    }
  }

  private static void print(
      Running running, List<Health.Part> ill, OptionalLong behind, boolean json, PrintStream out) {
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("state", running.state());
      document.put("pid", running.pid());
      document.put("id", running.id());
      Map<String, String> problems = new LinkedHashMap<>();
      ill.forEach(part -> problems.put(part.name(), part.detail()));
      document.put("problems", problems);
      behind.ifPresent(records -> document.put("sink", Map.of("lag", Map.of("events", records))));
      document.put("addresses", running.addresses());
      Map<String, Object> credentials = new LinkedHashMap<>(running.credentials());
      String token =
          running.credentials().getOrDefault(ControlClient.PART, Map.of()).get(ControlClient.TOKEN);
      if (token != null) {
        credentials.remove(ControlClient.PART);
        credentials.put(ControlClient.TOKEN, token);
      }
      document.put("credentials", credentials);
      out.println(Grid.json(document));
      return;
    }
    List<List<String>> addresses = new ArrayList<>();
    running.addresses().forEach((part, address) -> addresses.add(List.of(part, address)));
    new Grid(List.of(running.state(), "address"), addresses).print(Format.TABLE, out);
    List<List<String>> credentials = new ArrayList<>();
    running
        .credentials()
        .forEach(
            (part, values) ->
                new TreeMap<>(values)
                    .forEach((name, value) -> credentials.add(List.of(part, name, value))));
    behind.ifPresent(
        records ->
            out.println("%n%,d events are in the log and not yet in objects.".formatted(records)));
    out.println();
    new Grid(List.of("for", "credential", "value"), credentials).print(Format.TABLE, out);
  }
}
