package pinflow.source.generate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** The words in {@code words.yaml}, of which all generated text is made. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Words(
    List<Category> categories,
    List<String> countries,
    List<String> firstNames,
    List<String> lastNames,
    List<String> adjectives,
    List<String> occasions,
    List<String> verbs,
    List<String> titles,
    List<String> sentences,
    List<String> tags,
    List<String> posterFirst,
    List<String> posterSecond,
    List<String> posterSubtitles,
    List<String> accents,
    List<String> hebrew,
    List<String> emoji) {

  /**
   * A category's block of indexes.
   *
   * @param share posts among the original's
   */
  record Category(String name, int share, List<String> nouns) {}

  static final Words ALL = load();

  /** The category of a post: contiguous blocks in the original's proportions. */
  Category category(long post, long posts) {
    long all = categories.stream().mapToLong(Category::share).sum();
    long end = 0;
    for (Category category : categories) {
      end += category.share();
      if (post * all < end * posts) {
        return category;
      }
    }
    throw new IllegalArgumentException("post %d of %d".formatted(post, posts));
  }

  private static Words load() {
    try (InputStream yaml = Objects.requireNonNull(Words.class.getResourceAsStream("words.yaml"))) {
      return new YAMLMapper().readValue(yaml, Words.class);
    } catch (IOException e) {
      throw new UncheckedIOException("words.yaml", e);
    }
  }
}
