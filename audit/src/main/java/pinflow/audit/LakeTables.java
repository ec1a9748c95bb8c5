package pinflow.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.KernelEngineException;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.exceptions.TableNotFoundException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The Delta tables of a lake, read through Delta Kernel: no Spark, so a first row is there in about
 * a second.
 */
public final class LakeTables {
  private final String location;
  private final Configuration configuration;
  private final Engine engine;

  /**
   * @param location the folder of the tables: {@code file:///…} or {@code s3a://bucket/prefix}
   * @param hadoop Hadoop settings, for an {@code s3a} location its endpoint and credentials
   */
  public LakeTables(URI location, Map<String, String> hadoop) {
    String text = location.toString();
    this.location = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    this.configuration = new Configuration();
    hadoop.forEach(configuration::set);
    this.engine = DefaultEngine.create(configuration);
  }

  /**
   * The newest version of a table such as {@code pin} or {@code answers/top_country}, if it is
   * there.
   */
  public Optional<LakeTable> latest(String name) {
    return open(name, Optional.empty());
  }

  /**
   * A table as it was at a version.
   *
   * @throws AuditException when the table or that version of it is not there
   */
  public LakeTable at(String name, long version) {
    return open(name, Optional.of(version))
        .orElseThrow(
            () ->
                new AuditException(
                    "Table %s is not in the lake at %s; run `pinflow run daily` to make it."
                        .formatted(name, location)));
  }

  /**
   * A JSON document beside the tables, if it is there.
   *
   * @param path under their folder
   */
  Optional<JsonNode> document(String path) {
    Path file = new Path(location + "/" + path);
    try (InputStream in = file.getFileSystem(configuration).open(file)) {
      return Optional.of(new JsonMapper().readTree(in));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new AuditException("The file %s cannot be read: %s.".formatted(file, e), e);
    }
  }

  private Optional<LakeTable> open(String name, Optional<Long> version) {
    var builder = TableManager.loadSnapshot(location + "/" + name);
    try {
      Snapshot snapshot = version.map(builder::atVersion).orElse(builder).build(engine);
      return Optional.of(new LakeTable(engine, snapshot));
    } catch (TableNotFoundException e) {
      return Optional.empty();
    } catch (KernelException | KernelEngineException e) {
      throw new AuditException(
          "Table %s cannot be read%s: %s. Has its folder %s been changed by hand?"
              .formatted(
                  name, version.map(v -> " at version " + v).orElse(""), e.getMessage(), location),
          e);
    }
  }
}
