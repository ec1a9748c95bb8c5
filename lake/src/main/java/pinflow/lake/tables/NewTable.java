package pinflow.lake.tables;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.sql.delta.actions.Format;
import org.apache.spark.sql.delta.actions.Metadata;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.collection.immutable.Map$;
import scala.jdk.javaapi.CollectionConverters;

/** What a table has from the commit that makes it; one that is there keeps its own. */
final class NewTable {
  private NewTable() {}

  /** Its properties, by their names in Delta. */
  static Map<String, String> properties(StructType schema) {
    Map<String, String> properties = new HashMap<>();
    properties.put("delta.enableDeletionVectors", "true");
    if (List.of(schema.fieldNames()).contains("ind")) {
      properties.put("delta.dataSkippingStatsColumns", "ind");
    }
    return properties;
  }

  /** For a commit that no query of Spark's makes. */
  static Metadata metadata(StructType schema) {
    return new Metadata(
        UUID.randomUUID().toString(),
        null,
        null,
        new Format("parquet", Map$.MODULE$.empty()),
        schema.json(),
        CollectionConverters.asScala(List.<String>of()).toSeq(),
        Map$.MODULE$.from(CollectionConverters.asScala(properties(schema))),
        Option.apply(System.currentTimeMillis()));
  }
}
