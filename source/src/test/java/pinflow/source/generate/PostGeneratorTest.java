package pinflow.source.generate;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TimeZone;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pinflow.source.SourceTable;

class PostGeneratorTest {

  private static final List<Post> POSTS = PostGenerator.generate(PostGenerator.POSTS, 1).toList();
  private static final List<Post.Pin> PINS = rows(Post::pin);
  private static final List<Post.Geo> GEOS = rows(Post::geo);
  private static final List<Post.User> USERS = rows(Post::user);

  /**
   * Fails when a seed gives other rows than before, here or on another machine: say so in the
   * release notes then.
   */
  @Test
  void givesTheSameRowsEverywhere() throws Exception {
    String expected = "5de5fd6ec921001f1e0b1c8ef4c6f408dafa376013b8d74d74805ead7f58386c";
    assertThat(digest()).isEqualTo(expected);

    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
      assertThat(digest()).isEqualTo(expected);
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
  }

  @Test
  void anotherSeedGivesOtherRows() {
    assertThat(PostGenerator.generate(10, 2).toList())
        .isNotEqualTo(PostGenerator.generate(10, 1).toList());
  }

  @Test
  void hasThirteenCategoriesInBlocksOfTheOriginalsSize() {
    List<String> order = PINS.stream().map(Post.Pin::category).toList();
    assertThat(order.stream().distinct()).hasSize(13).startsWith("art").endsWith("vehicles");
    assertThat(order.lastIndexOf("art")).isLessThan(order.indexOf("beauty"));
    assertThat(PINS.stream().filter(pin -> pin.index() == 893 || pin.index() == 894))
        .extracting(Post.Pin::category)
        .contains("art", "beauty");
    assertThat(
            PostGenerator.generate(260, 1)
                .map(post -> Objects.requireNonNull(post.pin()).category()))
        .contains("art", "vehicles");
  }

  /** Shares of 1,547 real rows. */
  @Test
  void hasTheOriginalsPlaceholdersInItsShares() {
    assertShare(pin -> "No description available Story format".equals(pin.description()), 104);
    assertShare(pin -> "No description available".equals(pin.description()), 23);
    assertShare(pin -> "No Title Data Available".equals(pin.title()), 14);
    assertShare(pin -> "User Info Error".equals(pin.posterName()), 14);
    assertShare(pin -> "User Info Error".equals(pin.followerCount()), 14);
    assertShare(pin -> "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e".equals(pin.tagList()), 21);
    assertShare(pin -> "Image src error.".equals(pin.imageSrc()) && pin.downloaded() == 0, 33);
    assertShare(pin -> pin.isImageOrVideo().startsWith("multi-video"), 104);
    assertShare(pin -> followers(pin, "[0-9]+k"), 1_152);
    assertShare(pin -> followers(pin, "[0-9]+"), 268);
    assertShare(pin -> followers(pin, "[0-9]+M"), 113);
    assertShare(pin -> has(pin.description(), "…\u00a0"), 560);
    assertShare(pin -> has(pin.posterName(), " | "), 227);
  }

  /** Whatever the seed: no user of the generator has to look for one that has it all. */
  @ParameterizedTest
  @ValueSource(longs = {1, 42, -7})
  void hasEachKindOfDirt(long seed) {
    List<Post> posts = PostGenerator.generate(PostGenerator.POSTS, seed).toList();
    List<Post.Pin> pins = posts.stream().map(Post::pin).filter(Objects::nonNull).toList();
    List<Predicate<Post.Pin>> kinds =
        List.of(
            pin -> "Untitled".equals(pin.description()),
            pin -> "".equals(pin.title()),
            pin -> pin.title() == null,
            pin -> "\u00a0".equals(pin.description()),
            pin -> blank(pin.tagList()),
            pin -> blank(pin.posterName()),
            pin -> blank(pin.imageSrc()),
            pin -> pin.followerCount() == null,
            pin -> followers(pin, "[0-9]\\.[0-9][kM]"),
            pin -> followers(pin, "[0-9]+,[0-9]{3}"),
            pin -> followers(pin, ".*[bB]"),
            pin -> followers(pin, " [0-9]+[ kmK]+"),
            pin -> followers(pin, "-12|many|1\\.2\\.3k|12 followers|0\\.5|99999999999B"),
            pin -> has(pin.title(), "\n"),
            pin -> has(pin.title(), "\\"),
            pin -> has(pin.description(), "\""),
            pin -> has(pin.description(), "\t"),
            pin -> has(pin.description(), "é"),
            pin -> pin.title() != null && pin.title().codePoints().anyMatch(c -> c > 0xffff),
            pin -> pin.title() != null && pin.title().codePoints().anyMatch(c -> c >> 8 == 5),
            pin -> pin.description() != null && pin.description().length() > 3_000,
            pin -> pin.posterName() != null && pin.posterName().length() == 268);
    for (int i = 0; i < kinds.size(); i++) {
      assertThat(pins).as("kind %d", i).anyMatch(kinds.get(i));
    }
    List<Post.User> users = posts.stream().map(Post::user).filter(Objects::nonNull).toList();
    assertThat(users)
        .anyMatch(user -> user.age() == null)
        .anyMatch(user -> user.age() != null && user.age() >= 13 && user.age() < 18)
        .anyMatch(user -> user.age() != null && (user.age() < 0 || user.age() > 130));
    assertThat(posts)
        .anyMatch(post -> post.geo() == null && post.pin() != null)
        .anyMatch(post -> post.user() == null && post.pin() != null);
    assertThat(posts.size() - posts.stream().distinct().count()).isBetween(20L, 50L);
    assertThat(posts.stream().map(Post::ind).distinct()).hasSize(PostGenerator.POSTS);
    assertThat(posts.stream().distinct().count() - PostGenerator.POSTS).isBetween(15L, 50L);
  }

  @Test
  void aUserHasOnePosterNameAndOneCountryAndPostsAfterJoining() {
    record Joined(Post.Pin pin, Post.Geo geo, Post.User user) {}
    List<Joined> joined =
        POSTS.stream()
            .filter(post -> post.pin() != null && post.geo() != null && post.user() != null)
            .map(
                post ->
                    new Joined(
                        Objects.requireNonNull(post.pin()),
                        Objects.requireNonNull(post.geo()),
                        Objects.requireNonNull(post.user())))
            .filter(j -> !blank(j.pin.posterName()))
            .filter(j -> !"User Info Error".equals(j.pin.posterName()))
            .toList();
    Map<List<Object>, List<Joined>> byUser =
        joined.stream()
            .collect(
                groupingBy(
                    j -> List.of(j.user.firstName(), j.user.lastName(), j.user.dateJoined())));

    assertThat(byUser.values())
        .allSatisfy(
            posts -> {
              assertThat(posts.stream().map(j -> j.pin.posterName()).distinct()).hasSize(1);
              assertThat(posts.stream().map(j -> j.geo.country()).distinct()).hasSize(1);
            })
        .anySatisfy(posts -> assertThat(posts).hasSizeGreaterThan(60))
        .anySatisfy(
            posts ->
                assertThat(posts.stream().map(j -> j.pin.followerCount()).distinct())
                    .hasSizeGreaterThan(3));
    assertThat(joined.stream().map(j -> j.pin.posterName()).distinct())
        .hasSameSizeAs(byUser.keySet());
    assertThat(joined).allMatch(j -> j.geo.timestamp().isAfter(j.user.dateJoined()));
    assertThat(byUser.keySet().stream().collect(groupingBy(user -> user.subList(0, 2))).values())
        .as("the same name with another joining time")
        .anySatisfy(users -> assertThat(users).hasSizeGreaterThan(1));
  }

  @Test
  void agesCountriesAndTimesAreSkewedAsTheOriginals() {
    assertThat(GEOS.stream().map(Post.Geo::country).distinct().count()).isBetween(230L, 245L);
    assertThat(
            GEOS.stream().filter(geo -> geo.country().startsWith("A")).count() * 1.0 / GEOS.size())
        .isCloseTo(0.36, within(0.08));
    assertThat(
            USERS.stream().filter(user -> user.age() != null && user.age() == 20).count()
                * 1.0
                / USERS.size())
        .isCloseTo(0.2, within(0.06));
    assertThat(GEOS)
        .allMatch(geo -> geo.timestamp().getYear() >= 2017 && geo.timestamp().getYear() <= 2022);
    assertThat(USERS)
        .allMatch(
            user -> user.dateJoined().getYear() >= 2015 && user.dateJoined().getYear() <= 2020)
        .anyMatch(user -> user.dateJoined().getYear() == 2020);
    assertThat(GEOS)
        .allMatch(geo -> Math.abs(geo.latitude()) <= 90 && Math.abs(geo.longitude()) <= 180);
  }

  private static String digest() throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    PostGenerator.generate(3_000, 7)
        .forEach(
            post -> {
              for (SourceTable table : SourceTable.values()) {
                digest.update((post.values(table) + "\n").getBytes(StandardCharsets.UTF_8));
              }
            });
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void assertShare(Predicate<Post.Pin> kind, int of1547) {
    double share = PINS.stream().filter(kind).count() * 1547.0 / PINS.size();
    assertThat(share).isCloseTo(of1547, within(2.5 + of1547 * 0.12));
  }

  private static boolean followers(Post.Pin pin, String form) {
    return pin.followerCount() != null && pin.followerCount().matches(form);
  }

  private static boolean has(@Nullable String text, String part) {
    return text != null && text.contains(part);
  }

  private static boolean blank(@Nullable String text) {
    return text != null && text.replace('\u00a0', ' ').isBlank();
  }

  private static <T> List<T> rows(Function<Post, @Nullable T> row) {
    return POSTS.stream().map(row).filter(Objects::nonNull).toList();
  }
}
