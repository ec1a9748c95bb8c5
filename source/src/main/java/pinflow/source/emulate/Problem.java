package pinflow.source.emulate;

import java.time.Duration;
import java.util.Optional;

/**
 * Why a record has no receipt.
 *
 * @param kind problems of one kind are told once
 * @param message what the gateway said, or why it could not be asked
 * @param retriable whether the same request may succeed later
 * @param retryAfter how long the gateway asked to be left alone
 */
record Problem(String kind, String message, boolean retriable, Optional<Duration> retryAfter) {}
