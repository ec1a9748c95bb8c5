package pinflow.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pinflow.audit.LogOffsets;
import pinflow.cli.doctor.Check;
import pinflow.cli.doctor.CheckpointFolders;
import pinflow.cli.doctor.ClockBeside;
import pinflow.cli.doctor.ClockYear;
import pinflow.cli.doctor.ConfigurationRead;
import pinflow.cli.doctor.DagSchedule;
import pinflow.cli.doctor.DiskSpace;
import pinflow.cli.doctor.FolderAccess;
import pinflow.cli.doctor.FolderVersion;
import pinflow.cli.doctor.FreePorts;
import pinflow.cli.doctor.HttpDate;
import pinflow.cli.doctor.JavaVersion;
import pinflow.cli.doctor.Memory;
import pinflow.cli.doctor.NotLooked;
import pinflow.cli.doctor.PartitionSpread;
import pinflow.cli.doctor.ScriptCheckpoints;
import pinflow.cli.doctor.ScriptKeys;
import pinflow.cli.doctor.SecretReferences;
import pinflow.cli.doctor.Secrets;
import pinflow.cli.doctor.SeldomDue;
import pinflow.cli.doctor.SinkFlush;
import pinflow.gateway.log.Topics;
import pinflow.platform.Platform;
import pinflow.platform.Secret;
import pinflow.source.SourceDatabase;

/**
 * What {@code pinflow doctor} looks for on this machine, in this configuration and this folder.
 *
 * @param file pinflow.yaml, whether it is there or not
 */
record DoctorChecks(PinflowConfig config, Path file, StateFolder state) {
  private static final Clock CLOCK = Clock.systemUTC();

  List<Check> ofMachine() throws IOException {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    List<Check> checks = new ArrayList<>();
    checks.addAll(
        List.of(
            new JavaVersion(Runtime.version().feature()),
            new Memory(system.getTotalMemorySize()),
            new DiskSpace(
                state.path(),
                Files.getFileStore(FolderAccess.standing(state.path())).getUsableSpace(),
                isEmbedded(config.kafka().bootstrap()) ? config.kafka().reserveBytes() : 0,
                Platform.LEAST_SPACE),
            new FolderAccess(state.path()),
            new FolderVersion(state.versionFile(), state.holdsState(), StateFolder.VERSION),
            new FreePorts(ports(), this::ownPorts),
            new ClockYear(CLOCK)));
    List<ClockBeside.Server> servers = servers();
    servers.forEach(server -> checks.add(new ClockBeside(CLOCK, server)));
    if (servers.isEmpty()) {
      checks.add(new ClockBeside(CLOCK, null));
    }
    return checks;
  }

  List<Check> ofConfiguration(Optional<String> refusal) {
    return List.of(
        new ConfigurationRead(refusal),
        new Secrets(file, secretFiles()),
        new SecretReferences(secrets()),
        new SinkFlush(config.sink().flushRecords()),
        new SeldomDue(config.jobs(), CLOCK),
        new CheckpointFolders(Places.of(config, state, null).checkpoints()),
        new PartitionSpread(this::written));
  }

  List<Check> ofFiles(List<Path> dags, List<Path> scripts) {
    LocalDate today = LocalDate.now(CLOCK);
    List<Check> checks = new ArrayList<>();
    dags.forEach(dag -> checks.add(new DagSchedule(dag, today)));
    Stream.concat(dags.stream(), scripts.stream())
        .forEach(
            script -> {
              checks.add(new ScriptKeys(script));
              checks.add(new ScriptCheckpoints(script));
            });
    return checks;
  }

  /** The parts that are to listen here, by the key of their port. */
  private Map<String, Integer> ports() {
    Map<String, Integer> ports = new LinkedHashMap<>();
    ports.put("gateway.port", config.gateway("any:0").port());
    if (isEmbedded(config.kafka().bootstrap())) {
      ports.put("kafka.port", config.kafka().port());
    }
    if (isEmbedded(config.connect().url())) {
      ports.put("connect.port", config.connect().port());
    }
    if (isEmbedded(config.store().endpoint())) {
      ports.put("store.port", config.store().port());
    }
    if (isDatabaseEmbedded() || config.control().database().isEmbedded()) {
      ports.put("source.port", config.source().port());
    }
    ports.put("control.port", config.control().port());
    return ports;
  }

  private Set<Integer> ownPorts() {
    Set<Integer> own = new HashSet<>();
    running().ifPresent(r -> r.addresses().keySet().forEach(part -> own.add(r.port(part))));
    if (own.isEmpty() && isTaken()) {
      throw new NotLooked("the pinflow in %s is just starting or ending".formatted(state.path()));
    }
    return own;
  }

  private Optional<Running> running() {
    try {
      return isTaken() ? state.running() : Optional.empty();
    } catch (MachineException e) {
      throw new NotLooked(String.valueOf(e.getMessage()));
    }
  }

  /** Not if the folder's lock cannot be written: then none of ours runs, and that is a finding. */
  private boolean isTaken() {
    try {
      return state.isTaken();
    } catch (MachineException e) {
      return false;
    }
  }

  /** Servers on other machines; another process here has the same clock. */
  private List<ClockBeside.Server> servers() {
    List<ClockBeside.Server> servers = new ArrayList<>();
    if (!isDatabaseEmbedded()) {
      servers.add(
          new ClockBeside.Server(
              "the source database",
              () -> {
                try (SourceDatabase database = Connections.database(config, state)) {
                  return database.now();
                }
              }));
    }
    Stream.of(config.store().endpoint(), config.connect().url())
        .filter(address -> !isEmbedded(address))
        .map(
            address ->
                address.equals("aws")
                    ? "https://s3.%s.amazonaws.com/".formatted(config.store().region())
                    : address)
        .map(DoctorChecks::withoutUser)
        .map(address -> new ClockBeside.Server(address, new HttpDate(URI.create(address))))
        .forEach(servers::add);
    return servers;
  }

  /** Its root, without a user and password that may stand in it. */
  private static String withoutUser(String address) {
    URI uri = URI.create(address);
    return "%s://%s%s/"
        .formatted(uri.getScheme(), uri.getHost(), uri.getPort() < 0 ? "" : ":" + uri.getPort());
  }

  private List<Path> secretFiles() {
    List<Path> files = new ArrayList<>();
    if (config.source().creds() != null) {
      files.add(Path.of(config.source().creds()));
    }
    secrets().values().stream()
        .map(Secret::reference)
        .filter(reference -> reference.startsWith("file:"))
        .map(reference -> Path.of(reference.substring("file:".length())))
        .forEach(files::add);
    files.add(state.resolve("credentials.json"));
    files.add(state.resolve("running.json"));
    files.add(state.resolve("secrets"));
    return files;
  }

  private Map<String, Secret> secrets() {
    Map<String, Secret> secrets = new LinkedHashMap<>();
    put(secrets, "source.password", config.source().password());
    put(secrets, "store.access-key", config.store().accessKey());
    put(secrets, "store.secret-key", config.store().secretKey());
    put(secrets, "kinesis.access-key", config.kinesis().accessKey());
    put(secrets, "kinesis.secret-key", config.kinesis().secretKey());
    put(secrets, "control.token", config.control().token());
    put(secrets, "control.database.password", config.control().database().password());
    return secrets;
  }

  private static void put(Map<String, Secret> secrets, String key, @Nullable Secret secret) {
    if (secret != null) {
      secrets.put(key, secret);
    }
  }

  private Map<String, Map<Integer, Long>> written() {
    String bootstrap =
        isEmbedded(config.kafka().bootstrap())
            ? running()
                .map(running -> running.addresses().get("kafka"))
                .orElseThrow(() -> new NotLooked("Kafka is embedded, and no pinflow runs here"))
            : config.kafka().bootstrap();
    List<String> topics = new ArrayList<>(config.topics());
    config.streams().forEach(stream -> topics.add(Topics.STREAMS_PREFIX + "." + stream));
    try (LogOffsets log = new LogOffsets(bootstrap)) {
      return log.written(topics);
    }
  }

  private boolean isDatabaseEmbedded() {
    return config.source().creds() == null && isEmbedded(config.source().url());
  }

  private static boolean isEmbedded(String address) {
    return Platform.isEmbedded(address);
  }
}
