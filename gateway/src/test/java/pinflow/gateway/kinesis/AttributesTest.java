package pinflow.gateway.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.gateway.Rig;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.awssdk.services.kinesis.model.MetricsName;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.StreamDescription;
import software.amazon.awssdk.services.kinesis.model.StreamMode;
import software.amazon.awssdk.services.kinesis.model.Tag;

/** What a stream has beside its records, set, listed and kept across a restart of the gateway. */
class AttributesTest {
  @TempDir static Path folder;

  @Test
  void whatIsSetIsTold() throws Exception {
    try (Rig rig = Rig.start(folder, config -> config)) {
      String stream = "stream-" + UUID.randomUUID();
      String consumer;
      try (KinesisClient kinesis = Client.of(rig)) {
        Client.create(kinesis, stream, 1);
        String arn = arn(kinesis, stream);
        kinesis.increaseStreamRetentionPeriod(r -> r.streamARN(arn).retentionPeriodHours(48));
        Client.awaitActive(kinesis, stream);
        kinesis.startStreamEncryption(
            r -> r.streamName(stream).encryptionType(EncryptionType.KMS).keyId("alias/key"));
        kinesis.updateStreamMode(
            r -> r.streamARN(arn).streamModeDetails(m -> m.streamMode(StreamMode.ON_DEMAND)));
        assertThat(
                kinesis
                    .enableEnhancedMonitoring(
                        r ->
                            r.streamName(stream)
                                .shardLevelMetrics(
                                    MetricsName.INCOMING_BYTES, MetricsName.OUTGOING_BYTES))
                    .desiredShardLevelMetrics())
            .containsExactly(MetricsName.INCOMING_BYTES, MetricsName.OUTGOING_BYTES);
        kinesis.disableEnhancedMonitoring(
            r -> r.streamName(stream).shardLevelMetrics(MetricsName.OUTGOING_BYTES));
        kinesis.addTagsToStream(r -> r.streamName(stream).tags(Map.of("a", "1", "b", "2")));
        kinesis.tagResource(r -> r.resourceARN(arn).tags(Map.of("c", "3")));
        kinesis.removeTagsFromStream(r -> r.streamName(stream).tagKeys("a"));
        kinesis.putResourcePolicy(r -> r.resourceARN(arn).policy("{\"Version\":\"2012-10-17\"}"));
        consumer =
            kinesis
                .registerStreamConsumer(r -> r.streamARN(arn).consumerName("app"))
                .consumer()
                .consumerARN();
        kinesis.tagResource(r -> r.resourceARN(consumer).tags(Map.of("x", "y")));
      }
      rig.restartGateway();
      try (KinesisClient kinesis = Client.of(rig)) {
        StreamDescription told =
            kinesis.describeStream(r -> r.streamName(stream)).streamDescription();
        assertThat(told.retentionPeriodHours()).isEqualTo(48);
        assertThat(told.encryptionType()).isEqualTo(EncryptionType.KMS);
        assertThat(told.keyId()).isEqualTo("alias/key");
        assertThat(told.streamModeDetails().streamMode()).isEqualTo(StreamMode.ON_DEMAND);
        assertThat(told.enhancedMonitoring().get(0).shardLevelMetrics())
            .containsExactly(MetricsName.INCOMING_BYTES);
        assertThat(config(rig, stream, "retention.ms")).isEqualTo("172800000");
        assertThat(Client.put(kinesis, stream, "k", "v").encryptionType())
            .isEqualTo(EncryptionType.KMS);

        String arn = told.streamARN();
        assertThat(kinesis.listTagsForStream(r -> r.streamName(stream).limit(1)).tags())
            .containsExactly(tag("b", "2"));
        assertThat(kinesis.listTagsForResource(r -> r.resourceARN(arn)).tags())
            .containsExactly(tag("b", "2"), tag("c", "3"));
        kinesis.untagResource(r -> r.resourceARN(arn).tagKeys("b", "c"));
        assertThat(kinesis.listTagsForStream(r -> r.streamName(stream)).tags()).isEmpty();
        assertThat(kinesis.listTagsForResource(r -> r.resourceARN(consumer)).tags())
            .containsExactly(tag("x", "y"));

        assertThat(kinesis.getResourcePolicy(r -> r.resourceARN(arn)).policy())
            .contains("2012-10-17");
        kinesis.deleteResourcePolicy(r -> r.resourceARN(arn));
        assertThatThrownBy(() -> kinesis.getResourcePolicy(r -> r.resourceARN(arn)))
            .isInstanceOf(ResourceNotFoundException.class);

        assertThat(
                kinesis
                    .describeStreamConsumer(r -> r.streamARN(arn).consumerName("app"))
                    .consumerDescription()
                    .consumerStatus())
            .isEqualTo(ConsumerStatus.ACTIVE);
        kinesis.registerStreamConsumer(r -> r.streamARN(arn).consumerName("other"));
        assertThat(kinesis.listStreamConsumersPaginator(r -> r.streamARN(arn).maxResults(1)))
            .flatExtracting(page -> page.consumers())
            .extracting(c -> c.consumerName())
            .containsExactly("app", "other");
        assertThatThrownBy(() -> kinesis.deleteStream(r -> r.streamName(stream)))
            .isInstanceOf(ResourceInUseException.class);
        kinesis.deregisterStreamConsumer(r -> r.consumerARN(consumer));
        assertThatThrownBy(() -> kinesis.describeStreamConsumer(r -> r.consumerARN(consumer)))
            .isInstanceOf(ResourceNotFoundException.class);
        kinesis.deleteStream(r -> r.streamName(stream).enforceConsumerDeletion(true));
        kinesis.waiter().waitUntilStreamNotExists(r -> r.streamName(stream));
      }
    }
  }

  private static String arn(KinesisClient kinesis, String stream) {
    return kinesis.describeStream(r -> r.streamName(stream)).streamDescription().streamARN();
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  private static String config(Rig rig, String stream, String name) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", rig.bootstrap()))) {
      ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "_stream." + stream);
      Config settings =
          Objects.requireNonNull(admin.describeConfigs(List.of(topic)).values().get(topic)).get();
      return settings.get(name).value();
    }
  }
}
