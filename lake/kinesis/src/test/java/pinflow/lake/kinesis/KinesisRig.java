package pinflow.lake.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.ScalingType;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** Pinflow's gateway as a Kinesis endpoint, in a process and with a class path of its own. */
public final class KinesisRig implements AutoCloseable {
  public static final String REGION = "us-east-1";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Process process;
  private final BufferedReader replies;
  private final BufferedWriter commands;
  private final URI endpoint;
  private final KinesisClient client;

  private KinesisRig(Process process) throws IOException {
    this.process = process;
    this.replies = process.inputReader(UTF_8);
    this.commands = process.outputWriter(UTF_8);
    this.endpoint = URI.create(replies.readLine());
    this.client =
        KinesisClient.builder()
            .endpointOverride(endpoint)
            .region(Region.of(REGION))
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("AK", "SK")))
            .httpClientBuilder(ApacheHttpClient.builder())
            .build();
  }

  /**
   * @param folder for the log; the process's own words go to a file in it
   */
  public static KinesisRig start(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path gateway = Path.of(System.getProperty("pinflow.gateway.target"));
    String classPath =
        String.join(
            File.pathSeparator,
            gateway.resolve("classes").toString(),
            gateway.resolve("test-classes").toString(),
            Files.readString(gateway.resolve("test-classpath")).strip());
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                "pinflow.gateway.GatewayProcess",
                folder.resolve("kafka").toString())
            .redirectError(folder.resolve("gateway.log").toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return new KinesisRig(process);
  }

  public URI endpoint() {
    return endpoint;
  }

  public KinesisClient client() {
    return client;
  }

  /** The options with which the source reads a stream here, from its begin. */
  public Map<String, String> options(String stream) {
    return Map.of(
        "streamName", stream,
        "endpoint", endpoint.toString(),
        "region", REGION,
        "awsAccessKey", "AK",
        "awsSecretKey", "SK",
        "initialPosition", "earliest",
        "minFetchPeriod", "20ms",
        "maxFetchRate", "100");
  }

  public void create(String stream, int shards) {
    client.createStream(request -> request.streamName(stream).shardCount(shards));
    awaitActive(stream);
  }

  public void delete(String stream) {
    client.deleteStream(request -> request.streamName(stream));
    Awaitility.await()
        .atMost(LIMIT)
        .until(() -> !client.listStreams().streamNames().contains(stream));
  }

  /** Returns when it is done. */
  public void reshard(String stream, int shards) {
    client.updateShardCount(
        request ->
            request
                .streamName(stream)
                .targetShardCount(shards)
                .scalingType(ScalingType.UNIFORM_SCALING));
    awaitActive(stream);
  }

  private void awaitActive(String stream) {
    Awaitility.await()
        .atMost(LIMIT)
        .until(
            () ->
                client
                        .describeStreamSummary(request -> request.streamName(stream))
                        .streamDescriptionSummary()
                        .streamStatus()
                    == StreamStatus.ACTIVE);
  }

  /** Puts a record. */
  public void put(String stream, String key, String data) {
    client.putRecord(
        request ->
            request.streamName(stream).partitionKey(key).data(SdkBytes.fromUtf8String(data)));
  }

  /** Puts records under their numbers as keys, in one request; 500 at most. */
  public void put(String stream, List<String> data) {
    List<PutRecordsRequestEntry> entries =
        IntStream.range(0, data.size())
            .mapToObj(
                i ->
                    PutRecordsRequestEntry.builder()
                        .partitionKey(Integer.toString(i))
                        .data(SdkBytes.fromUtf8String(data.get(i)))
                        .build())
            .toList();
    var reply = client.putRecords(request -> request.streamName(stream).records(entries));
    if (reply.failedRecordCount() != 0) {
      throw new AssertionError(reply);
    }
  }

  /** A time later than the arrival of all records so far, and not later than that of the next. */
  public Instant now() {
    Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .until(() -> System.currentTimeMillis() > before.toEpochMilli());
    return Instant.ofEpochMilli(System.currentTimeMillis());
  }

  /** Ends the gateway; the log behind it stays. */
  public void down() throws IOException {
    command("down");
  }

  /** Returns when it answers. */
  public void up() throws IOException {
    command("up");
    Awaitility.await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> client.listStreams().hasStreamNames());
  }

  private void command(String line) throws IOException {
    commands.write(line + "\n");
    commands.flush();
    if (!line.equals(replies.readLine())) {
      throw new IOException("no reply to " + line);
    }
  }

  @Override
  public void close() {
    client.close();
    process.destroyForcibly();
  }
}
