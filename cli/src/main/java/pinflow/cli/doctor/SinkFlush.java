package pinflow.cli.doctor;

import java.util.List;

/**
 * After how many records the sink closes an object.
 *
 * @param records sink.flush-records, which is the connector's flush.size
 */
public record SinkFlush(int records) implements Check {
  @Override
  public String name() {
    return "sink";
  }

  @Override
  public List<Finding> find() {
    return records > 1
        ? List.of()
        : List.of(
            Finding.warning(
                name(),
                "sink.flush-records is 1 (flush.size=1).",
                "Every record becomes an object of its own: a request each to write, list and read, so a daily run takes many times as long, and S3 bills each.",
                "Leave it out (10000); sink.rotate closes an object in time when few records come."));
  }
}
