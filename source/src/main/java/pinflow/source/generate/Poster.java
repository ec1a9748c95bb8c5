package pinflow.source.generate;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;

/**
 * A user who posts. Name and joining time belong to one poster name and one country, as in the
 * original; times are seconds since 1970, UTC.
 *
 * @param growing whether followers grow from year to year
 */
record Poster(
    String firstName,
    String lastName,
    int age,
    long joined,
    String country,
    String name,
    Unit unit,
    int followers,
    boolean growing) {

  /** How a follower count is written. */
  enum Unit {
    ONES("", 941),
    THOUSANDS("k", 999),
    MILLIONS("M", 99);

    private final String suffix;
    private final int most;

    Unit(String suffix, int most) {
      this.suffix = suffix;
      this.most = most;
    }
  }

  private static final long FIRST_JOINED = at(2015, 10, 21);
  private static final long LAST_JOINED = at(2017, 10, 19);
  private static final long LATE_JOINED = at(2020, 12, 31);
  private static final long FIRST_POST = at(2017, 10, 20);
  private static final long LAST_POST = at(2022, 10, 18);
  private static final int LONGEST_NAME = 268;

  /** The poster with this number among those of a seed. */
  static Poster of(long seed, int number) {
    Words words = Words.ALL;
    Draw draw = Draw.of(seed, Poster.class.getSimpleName().hashCode(), number);
    // The powers fit the skews of the original: Albania 5 %, age 20 18 %, a third joined in the
    // first six weeks.
    String first = words.firstNames().get(draw.skewed(words.firstNames().size(), 2.2));
    String last = words.lastNames().get(draw.skewed(words.lastNames().size(), 1.8));
    int age = 20 + draw.skewed(41, 2.6);
    long joined =
        draw.oneIn(25)
            ? between(LAST_JOINED, LATE_JOINED, draw.fraction())
            : between(FIRST_JOINED, LAST_JOINED, StrictMath.pow(draw.fraction(), 2.6));
    String country = words.countries().get(draw.skewed(words.countries().size(), 2.57));
    double kind = draw.fraction();
    Unit unit = kind < 0.175 ? Unit.ONES : kind < 0.926 ? Unit.THOUSANDS : Unit.MILLIONS;
    int followers =
        switch (unit) {
          case ONES -> draw.skewed(941, 2.5);
          case THOUSANDS -> (int) StrictMath.pow(990, draw.fraction());
          case MILLIONS -> 1 + draw.skewed(15, 3.5);
        };
    boolean growing = draw.oneIn(12);
    return new Poster(
        first, last, age, joined, country, name(number, draw), unit, followers, growing);
  }

  /** A time of a post: after joining. */
  long postTime(Draw draw) {
    return between(Math.max(FIRST_POST, joined + 1), LAST_POST, draw.fraction());
  }

  String followerCount(long time) {
    int years = LocalDateTime.ofEpochSecond(time, 0, ZoneOffset.UTC).getYear() - 2017;
    int grown = growing ? followers + years * (1 + followers / 10) : followers;
    return Math.min(grown, unit.most) + unit.suffix;
  }

  LocalDateTime dateJoined() {
    return LocalDateTime.ofEpochSecond(joined, 0, ZoneOffset.UTC);
  }

  /** Different for each number: the words before the bar spell it. */
  private static String name(int number, Draw draw) {
    Words words = Words.ALL;
    List<String> first = words.posterFirst();
    List<String> second = words.posterSecond();
    int pairs = first.size() * second.size();
    // A stride without a common divisor visits each pair once before any comes again.
    int pair = (int) ((number % pairs) * 10_007L % pairs);
    StringBuilder name =
        new StringBuilder(first.get(pair % first.size()))
            .append(' ')
            .append(second.get(pair / first.size()));
    if (number >= pairs) {
      name.append(" No. ").append(1 + number / pairs);
    }
    if (draw.oneIn(60)) {
      while (name.length() < LONGEST_NAME) {
        name.append(" | ").append(draw.from(words.posterSubtitles()));
      }
      return name.substring(0, LONGEST_NAME);
    }
    if (draw.oneIn(7)) {
      name.append(" | ").append(draw.from(words.posterSubtitles()));
    }
    return name.toString();
  }

  private static long between(long first, long last, double fraction) {
    return first + (long) ((last - first) * fraction);
  }

  private static long at(int year, int month, int day) {
    return LocalDate.of(year, month, day).toEpochDay() * 86_400;
  }
}
