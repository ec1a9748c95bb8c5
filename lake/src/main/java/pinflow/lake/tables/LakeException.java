package pinflow.lake.tables;

import org.jspecify.annotations.Nullable;

/** What a job cannot do; its message says what happened, why, and what to do. */
public final class LakeException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean user;

  private LakeException(String message, boolean user, @Nullable Throwable cause) {
    super(message, cause);
    this.user = user;
  }

  /** What was asked for is at fault. */
  public static LakeException asked(String message) {
    return new LakeException(message, true, null);
  }

  /** What was asked for is at fault. */
  public static LakeException asked(String message, Throwable cause) {
    return new LakeException(message, true, cause);
  }

  /** The world is at fault: a store, an object, a table. */
  public static LakeException found(String message) {
    return new LakeException(message, false, null);
  }

  /** The world is at fault: a store, an object, a table. */
  public static LakeException found(String message, Throwable cause) {
    return new LakeException(message, false, cause);
  }

  /** Whether what was asked for is at fault. */
  public boolean user() {
    return user;
  }
}
