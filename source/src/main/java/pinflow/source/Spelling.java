package pinflow.source;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds the name that was meant. */
final class Spelling {

  private static final int SLIPS = 2;
  private static final LevenshteinDistance DISTANCE = LevenshteinDistance.getDefaultInstance();

  private Spelling() {}

  /**
   * The one of {@code known} that {@code written} is at most two letters away from, whatever its
   * case.
   */
  static Optional<String> meant(String written, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparing((String name) -> distance(written, name)))
        .filter(name -> distance(written, name) <= SLIPS);
  }

  private static int distance(String a, String b) {
    return DISTANCE.apply(a.toUpperCase(Locale.ROOT), b.toUpperCase(Locale.ROOT));
  }
}
