package pinflow.sink;

import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Accepts the values of a Confluent property that say what this sink does anyway. */
final class Only implements ConfigDef.Validator {

  private final String why;
  private final List<String> values;

  Only(String why, String... values) {
    this.why = why;
    this.values = Arrays.asList(values);
  }

  @Override
  public void ensureValid(String name, @Nullable Object value) {
    if (value != null && !values.contains(String.valueOf(value))) {
      throw new ConfigException(
          name, value, why + "; " + (values.isEmpty() ? "leave it out." : "supported: " + this));
    }
  }

  @Override
  public String toString() {
    return values.isEmpty() ? "not supported" : String.join(", ", values);
  }
}
