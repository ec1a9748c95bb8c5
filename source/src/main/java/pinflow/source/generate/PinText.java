package pinflow.source.generate;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.text.StringSubstitutor;

/** The text of a pin, spun from patterns and words. */
final class PinText {

  /** Where the original cuts descriptions. */
  private static final int CUT = 178;

  private static final String NO_BREAK_SPACE = "\u00a0";

  private final Draw draw;
  private final List<String> nouns;
  private final StringSubstitutor words = new StringSubstitutor(this::word, "{", "}", '$');

  PinText(Draw draw, List<String> nouns) {
    this.draw = draw;
    this.nouns = nouns;
  }

  String title() {
    return spin(Words.ALL.titles());
  }

  String description() {
    String text = sentences(1 + draw.below(4));
    return text.length() > CUT ? text.substring(0, CUT) + "…" + NO_BREAK_SPACE : text;
  }

  /** Of 3,000 to 7,000 characters or so. */
  String longDescription() {
    return sentences(60 + draw.below(60));
  }

  String tags() {
    return IntStream.range(0, draw.oneIn(500) ? 8 : 9)
        .mapToObj(i -> spin(Words.ALL.tags()))
        .collect(Collectors.joining(","));
  }

  /** Empty, spaces, or a no-break space. */
  String blank() {
    return draw.from(List.of("", "  ", NO_BREAK_SPACE));
  }

  private String sentences(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> spin(Words.ALL.sentences()))
        .collect(Collectors.joining(" "));
  }

  private String spin(List<String> patterns) {
    return words.replace(draw.from(patterns));
  }

  private String word(String name) {
    String key = name.toLowerCase(Locale.ROOT);
    String word =
        switch (key) {
          case "n" -> Integer.toString(3 + draw.below(48));
          case "adj" -> draw.from(Words.ALL.adjectives());
          case "noun" -> draw.from(nouns);
          case "occasion" -> draw.from(Words.ALL.occasions());
          case "verb" -> draw.from(Words.ALL.verbs());
          default ->
              throw new IllegalArgumentException("words.yaml has a pattern with {" + name + "}");
        };
    return name.equals(key)
        ? word
        : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }
}
