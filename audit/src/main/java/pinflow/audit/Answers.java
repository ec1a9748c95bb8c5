package pinflow.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The answers as the last daily run left them: all from one state of the tables. */
public final class Answers {
  private static final String SOURCES = "answers/sources";

  private final LakeTables lake;

  public Answers(LakeTables lake) {
    this.lake = lake;
  }

  /**
   * One question's answer.
   *
   * @param used rows that count in it
   * @param unmatched rows that found no partner in the join
   * @param leftOut joined rows that don't count, such as those without an age
   */
  public record Answer(
      String name,
      List<String> columns,
      List<List<@Nullable Object>> rows,
      long used,
      long unmatched,
      long leftOut) {}

  /**
   * All answers, in the order of the questions.
   *
   * @throws AuditException before the first daily run
   */
  public List<Answer> all() {
    List<Answer> answers = new ArrayList<>();
    LakeTable sources =
        lake.latest(SOURCES)
            .orElseThrow(
                () ->
                    new AuditException(
                        "There are no answers yet: no daily run has ended. Start one with `pinflow run"
                            + " daily`."));
    sources.forEach(
        List.of("answer", "answer_version", "used", "unmatched", "left_out"),
        row -> answers.add(read(row)));
    return answers;
  }

  /** One answer by its name, such as {@code top_country}. */
  public Optional<Answer> find(String name) {
    return all().stream().filter(answer -> answer.name().equals(name)).findFirst();
  }

  private Answer read(@Nullable Object[] source) {
    if (source[0] instanceof String name
        && source[1] instanceof Long version
        && source[2] instanceof Long used
        && source[3] instanceof Long unmatched
        && source[4] instanceof Long leftOut) {
      LakeTable table = lake.at("answers/" + name, version);
      return new Answer(name, table.columns(), table.rows(), used, unmatched, leftOut);
    }
    throw new AuditException(
        "The table answers/sources has a row with empty fields; make the answers again with `pinflow"
            + " run daily`.");
  }
}
