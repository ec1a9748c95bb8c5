@NullMarked
package pinflow.gateway.kinesis;

import org.jspecify.annotations.NullMarked;
