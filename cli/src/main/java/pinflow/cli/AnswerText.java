package pinflow.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pinflow.audit.Answers.Answer;

/** An answer as people and programs read it. */
final class AnswerText {
  private AnswerText() {}

  static Map<String, Object> json(List<Answer> answers) {
    Map<String, Object> all = new LinkedHashMap<>();
    answers.forEach(answer -> all.put(answer.name(), json(answer)));
    return all;
  }

  static Map<String, Object> json(Answer answer) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("columns", answer.columns());
    one.put("rows", answer.rows());
    one.put("used", answer.used());
    one.put("unmatched", answer.unmatched());
    one.put("left_out", answer.leftOut());
    return one;
  }

  static String counts(Answer answer) {
    return "  rows used %,d, unmatched %,d, left out %,d"
        .formatted(answer.used(), answer.unmatched(), answer.leftOut());
  }
}
