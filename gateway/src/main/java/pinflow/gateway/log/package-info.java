/**
 * Appends to the Kafka log: durable before it is acknowledged, and once for each idempotency key.
 */
@NullMarked
package pinflow.gateway.log;

import org.jspecify.annotations.NullMarked;
