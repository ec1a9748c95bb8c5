package pinflow.lake.kinesis;

import org.jspecify.annotations.Nullable;

/** What the source cannot do; its message says what happened, why, and what to do. */
public final class KinesisSourceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  KinesisSourceException(String message) {
    super(message);
  }

  KinesisSourceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
