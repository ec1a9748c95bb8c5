package pinflow.cli;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pinflow.audit.LakeTables;
import pinflow.audit.StoredObjects.Store;
import pinflow.control.Installation;
import pinflow.control.LiveProcess;
import pinflow.control.SparkProcess;
import pinflow.gateway.kinesis.KinesisConfig;

/**
 * Where objects and tables are, for those who read them.
 *
 * @param lake the folder of the tables: {@code file:///…} or {@code s3a://…}
 * @param store null when the configured embedded store is not running
 */
record Places(String id, URI lake, @Nullable Store store) {
  private static final JsonMapper JSON = new JsonMapper();

  /** Commits after which the live way writes its tables' small files together. */
  private static final int COMPACT_AFTER = 200;

  static Places of(PinflowConfig config, StateFolder state, @Nullable Store store) {
    String location = config.lake().location();
    URI lake = location.equals("embedded") ? state.resolve("lake").toUri() : URI.create(location);
    return new Places(config.id(), lake, store);
  }

  /** The tables, through Delta Kernel. */
  LakeTables tables() {
    Map<String, String> hadoop = new HashMap<>();
    if (store != null && lake.getScheme().equals("s3a")) {
      if (store.endpoint() != null) {
        hadoop.put("fs.s3a.endpoint", store.endpoint().toString());
        hadoop.put("fs.s3a.path.style.access", "true");
      }
      hadoop.put("fs.s3a.endpoint.region", store.region());
      if (store.accessKey() != null && store.secretKey() != null) {
        hadoop.put("fs.s3a.access.key", store.accessKey());
        hadoop.put("fs.s3a.secret.key", store.secretKey());
      }
    }
    return new LakeTables(lake, hadoop);
  }

  /** Spark on these places, starting. */
  SparkProcess spark(StateFolder state, long posts, SparkProcess.Start start) {
    return SparkProcess.start(
        Installation.current(),
        SparkProcess.Work.JOBS,
        request().put("rows", posts),
        state.resolve("logs").resolve("spark.log"),
        start);
  }

  /**
   * The live way on these places, as soon as there is a stream.
   *
   * @param kinesis the address of the streams, their region, and keys if they are asked for
   */
  LiveProcess live(
      StateFolder state,
      URI endpoint,
      KinesisConfig kinesis,
      BooleanSupplier hasStream,
      Consumer<LiveProcess.State> told) {
    ObjectNode request = request().put("compactAfter", COMPACT_AFTER);
    request
        .putObject("kinesis")
        .put("endpoint", endpoint.toString())
        .put("region", kinesis.region())
        // Without keys any signature is taken; the client must make one all the same.
        .put("accessKey", requireNonNullElse(kinesis.accessKey(), "any"))
        .put("secretKey", requireNonNullElse(kinesis.secretKey(), "any"));
    ObjectNode checkpoints = request.putObject("checkpoints");
    checkpoints().forEach((table, folder) -> checkpoints.put(table, folder.toString()));
    return LiveProcess.start(
        Installation.current(),
        request,
        state.resolve("logs").resolve("live.log"),
        hasStream,
        told);
  }

  /** For a program of the user's: the names by which AWS's clients know them, and ours. */
  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("PINFLOW_ID", id);
    environment.put("PINFLOW_LAKE", lake.toString());
    if (store != null) {
      environment.put("PINFLOW_BUCKET", store.bucket());
      environment.put("AWS_REGION", store.region());
      if (store.endpoint() != null) {
        environment.put("AWS_ENDPOINT_URL_S3", store.endpoint().toString());
      }
      if (store.accessKey() != null && store.secretKey() != null) {
        environment.put("AWS_ACCESS_KEY_ID", store.accessKey());
        environment.put("AWS_SECRET_ACCESS_KEY", store.secretKey());
      }
    }
    return environment;
  }

  /** Where each of the live way's queries keeps its position, by table. */
  Map<String, URI> checkpoints() {
    String folder = lake.toString().replaceAll("/$", "") + "/_checkpoints/";
    Map<String, URI> checkpoints = new LinkedHashMap<>();
    PinflowConfig.TABLES.forEach(
        table -> checkpoints.put(table, URI.create(folder + id + "_" + table + "_table")));
    return checkpoints;
  }

  private ObjectNode request() {
    ObjectNode request = JSON.createObjectNode().put("id", id);
    request.putObject("lake").put("location", lake.toString());
    if (store == null) {
      request.putNull("store");
    } else {
      ObjectNode place = request.putObject("store");
      if (store.endpoint() != null) {
        place.put("endpoint", store.endpoint().toString());
      }
      place.put("region", store.region()).put("bucket", store.bucket());
      place.put("accessKey", store.accessKey()).put("secretKey", store.secretKey());
      place.put("prefix", store.prefix());
    }
    return request;
  }
}
