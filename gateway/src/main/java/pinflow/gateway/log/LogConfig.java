package pinflow.gateway.log;

import java.time.Duration;

/**
 * @param bootstrap addresses of Kafka brokers
 * @param maxRecordBytes the largest record tried; the topic's own limit still decides
 * @param maxHeldBytes records on their way, at most
 * @param deadline how long a request waits for its acknowledgements
 * @param window how long an idempotency key is remembered
 * @param maxKeys how many keys are remembered
 */
public record LogConfig(
    String bootstrap,
    long maxRecordBytes,
    long maxHeldBytes,
    Duration deadline,
    Duration window,
    long maxKeys) {}
