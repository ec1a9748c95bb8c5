/** The dialect of the Confluent REST proxy, version 2: its bodies, its errors, its consumers. */
@NullMarked
package pinflow.gateway.kafka;

import org.jspecify.annotations.NullMarked;
