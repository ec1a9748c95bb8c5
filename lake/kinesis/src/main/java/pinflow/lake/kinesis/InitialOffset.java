package pinflow.lake.kinesis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * The offset with which a query's first batch begins, in a file beside Spark's own.
 *
 * @param checkpoint the folder that Spark gives the source
 */
record InitialOffset(String checkpoint) {
  private static final String FILE = "initial-offset.json";

  /** The offset in the file, which is written if it is not there. */
  StreamOffset read(Supplier<StreamOffset> first) {
    Path file = new Path(checkpoint, FILE);
    try {
      FileSystem files = file.getFileSystem(SparkSession.active().sessionState().newHadoopConf());
      if (!files.exists(file)) {
        write(files, file, first.get());
      }
      try (InputStream in = files.open(file)) {
        return StreamOffset.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The first offset cannot be kept at %s. See that the checkpoint's folder can be written."
              .formatted(file),
          e);
    }
  }

  /** So that it is there whole or not at all. */
  private static void write(FileSystem files, Path file, StreamOffset offset) throws IOException {
    Path begun = file.suffix(".tmp");
    try (OutputStream out = files.create(begun, true)) {
      out.write(offset.json().getBytes(StandardCharsets.UTF_8));
    }
    if (!files.rename(begun, file)) {
      throw new IOException("could not rename " + begun);
    }
  }
}
