package pinflow.cli.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A constant partition key in a script that sends, by its text. */
public record ScriptKeys(Path file) implements Check {
  @Override
  public String name() {
    return "partition-key";
  }

  @Override
  public List<Finding> find() throws IOException {
    Python script = Python.read(file);
    return Stream.of("PartitionKey", "partition-key", "partition_key")
        .flatMap(key -> script.valuesOf(key).stream())
        .filter(at -> script.at(at).isConstant() && script.isEnd(at + 1))
        .sorted()
        .map(at -> finding(script, at))
        .toList();
  }

  private Finding finding(Python script, int at) {
    return Finding.warning(
        name(),
        "%s: the partition key is always \"%s\".".formatted(script.place(at), script.at(at).text()),
        "A key's records all go to one shard, so the stream is as fast as that one (1 MB and 1,000 records a second on AWS), and others do nothing.",
        "Give each post a key of its own, such as its index: str(result[\"index\"]).");
  }
}
