package pinflow.gateway.log;

/** What became of one record of an append. */
public sealed interface Outcome {

  /** In the log, acknowledged by all in-sync replicas. */
  record Written(int partition, long offset) implements Outcome {}

  /** Not known to be in the log. */
  record Failed(Reason reason, String message) implements Outcome {}

  /** Why a record is not known to be in the log. */
  enum Reason {
    /** Over the topic's {@code max.message.bytes}: certainly not written. */
    TOO_LARGE,
    /** The broker is away, slow or short of replicas: perhaps written, worth a retry. */
    RETRIABLE,
    /** Anything else that Kafka answered. */
    FATAL
  }
}
