package pinflow.source.generate;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pinflow.source.SourceDatabase;
import pinflow.source.SourceTable;

/**
 * Posts of our own making with the shapes and the dirt of the original's. A function of the number
 * of posts and the seed: the same rows on each machine.
 */
public final class PostGenerator {

  /** The original's size. */
  public static final int POSTS = 11_001;

  private final int posts;
  private final long seed;

  private PostGenerator(int posts, long seed) {
    this.posts = posts;
    this.seed = seed;
  }

  /**
   * Posts with the inds 0 to {@code posts - 1} in order; a few come twice, the second time the same
   * or with one row changed.
   */
  public static Stream<Post> generate(int posts, long seed) {
    PostGenerator generator = new PostGenerator(posts, seed);
    return LongStream.range(0, posts).boxed().flatMap(generator::postWithRepeats);
  }

  /**
   * Fills the source tables.
   *
   * @param replace whether rows that are there may be deleted
   * @return the rows inserted per table
   */
  public static Map<SourceTable, Long> fill(
      SourceDatabase db, int posts, long seed, boolean replace) {
    return db.fill(
        replace,
        rows ->
            generate(posts, seed)
                .forEach(
                    post -> {
                      for (SourceTable table : SourceTable.values()) {
                        List<@Nullable Object> values = post.values(table);
                        if (values != null) {
                          rows.add(table, values);
                        }
                      }
                    }));
  }

  private Stream<Post> postWithRepeats(long ind) {
    Post post = post(ind);
    if (has(Dirt.REPEATED, ind)) {
      return Stream.of(post, post);
    }
    if (has(Dirt.UPDATED, ind)) {
      return Stream.of(post, update(post));
    }
    return Stream.of(post);
  }

  private boolean has(Dirt dirt, long ind) {
    return dirt.hits(seed, ind);
  }

  private Post post(long ind) {
    Draw draw = Draw.of(seed, Post.class.getSimpleName().hashCode(), ind);
    // Squared: the most prolific of 11,001 posters has about 100 posts, half of the others one.
    Poster poster = Poster.of(seed, draw.skewed(posts, 2));
    long time = poster.postTime(draw);
    Post.Geo geo =
        new Post.Geo(
            ind,
            LocalDateTime.ofEpochSecond(time, 0, ZoneOffset.UTC),
            (draw.below(1_800_001) - 900_000) / 1e4,
            (draw.below(3_600_001) - 1_800_000) / 1e4,
            poster.country());
    Post.User user =
        new Post.User(
            ind,
            poster.firstName(),
            poster.lastName(),
            age(ind, poster, draw),
            poster.dateJoined());
    return new Post(
        ind,
        pin(ind, poster, time, draw),
        has(Dirt.NO_GEO, ind) ? null : geo,
        has(Dirt.NO_USER, ind) ? null : user);
  }

  private @Nullable Long age(long ind, Poster poster, Draw draw) {
    if (has(Dirt.AGE_OUT_OF_RANGE, ind)) {
      return draw.from(List.of(-1L, 131L, 219L));
    }
    if (has(Dirt.NULL_AGE, ind)) {
      return null;
    }
    return has(Dirt.MINOR, ind) ? 13L + draw.below(5) : (long) poster.age();
  }

  private Post.Pin pin(long ind, Poster poster, long time, Draw draw) {
    Words.Category category = Words.ALL.category(ind, posts);
    UUID id =
        new UUID(draw.bits() & ~0xf000L | 0x4000L, draw.bits() & ~(3L << 62) | Long.MIN_VALUE);
    PinText text = new PinText(draw, category.nouns());
    boolean noUser = has(Dirt.USER_INFO_ERROR, ind);
    boolean noImage = has(Dirt.STORY_WITHOUT_IMAGE, ind);
    boolean story = noImage || has(Dirt.STORY, ind);
    boolean video = has(Dirt.VIDEO, ind);
    return new Post.Pin(
        ind,
        id.toString(),
        noUser ? "No Title Data Available" : title(ind, text, draw),
        story ? "No description available Story format" : description(ind, text, draw),
        noUser ? "User Info Error" : has(Dirt.BLANK_POSTER, ind) ? text.blank() : poster.name(),
        noUser ? "User Info Error" : followers(ind, poster, time, draw),
        has(Dirt.NO_TAGS, ind)
            ? "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e"
            : has(Dirt.BLANK_TAGS, ind) ? text.blank() : text.tags(),
        story ? "multi-video(story page format)" : video ? "video" : "image",
        noImage
            ? "Image src error."
            : has(Dirt.BLANK_IMAGE, ind) ? text.blank() : image(story || video, draw),
        noImage ? 0 : 1,
        "Local save in /data/" + category.name(),
        category.name());
  }

  private @Nullable String title(long ind, PinText text, Draw draw) {
    if (has(Dirt.BLANK_TITLE, ind)) {
      return draw.oneIn(4) ? null : text.blank();
    }
    String title = text.title();
    if (has(Dirt.HEBREW, ind)) {
      title = draw.from(Words.ALL.hebrew()) + " – " + title;
    }
    if (has(Dirt.TITLE_EMOJI, ind)) {
      title += " " + draw.from(Words.ALL.emoji());
    }
    if (has(Dirt.BACKSLASH, ind)) {
      title = title.replaceFirst(" ", " \\\\ ") + " \\n \\\"";
    }
    if (has(Dirt.TITLE_NEWLINE, ind)) {
      title = title.replaceFirst(" ", "\n") + "\n";
    }
    return has(Dirt.TITLE_SPACE, ind) ? " " + title + " " : title;
  }

  private @Nullable String description(long ind, PinText text, Draw draw) {
    if (has(Dirt.UNTITLED, ind)) {
      return "Untitled";
    }
    if (has(Dirt.NO_DESCRIPTION, ind)) {
      return "No description available";
    }
    if (has(Dirt.BLANK_DESCRIPTION, ind)) {
      return draw.oneIn(4) ? null : text.blank();
    }
    String description =
        has(Dirt.LONG_DESCRIPTION, ind) ? text.longDescription() : text.description();
    if (has(Dirt.ACCENTS, ind)) {
      description = draw.from(Words.ALL.accents()) + ". " + description;
    }
    if (has(Dirt.DESCRIPTION_EMOJI, ind)) {
      description = draw.from(Words.ALL.emoji()) + description + draw.from(Words.ALL.emoji());
    }
    if (has(Dirt.QUOTES, ind)) {
      description = "\"" + description + "\" – it's what 'we' said";
    }
    return has(Dirt.TAB, ind) ? description.replaceFirst(" ", "\t") + "\r\n" : description;
  }

  private @Nullable String followers(long ind, Poster poster, long time, Draw draw) {
    if (has(Dirt.BILLION_FOLLOWERS, ind)) {
      return draw.from(List.of("1B", "1.2B", "2b"));
    }
    if (has(Dirt.UNREADABLE_FOLLOWERS, ind)) {
      return draw.from(List.of("-12", "many", "1.2.3k", "12 followers", "0.5", "99999999999B"));
    }
    if (has(Dirt.NULL_FOLLOWERS, ind)) {
      return null;
    }
    if (has(Dirt.COMMA_FOLLOWERS, ind)) {
      return (1 + draw.below(900)) + "," + (100 + draw.below(900));
    }
    if (has(Dirt.DECIMAL_FOLLOWERS, ind)) {
      return (1 + draw.below(9)) + "." + (1 + draw.below(9)) + draw.from(List.of("k", "M"));
    }
    if (has(Dirt.SPACED_FOLLOWERS, ind)) {
      return " " + (1 + draw.below(400)) + draw.from(List.of(" K", "m ", " k "));
    }
    return poster.followerCount(time);
  }

  private static String image(boolean thumbnail, Draw draw) {
    String hash = new UUID(draw.bits(), draw.bits()).toString().replace("-", "");
    String folders =
        "%s/%s/%s".formatted(hash.substring(0, 2), hash.substring(2, 4), hash.substring(4, 6));
    return thumbnail
        ? "https://images.example.org/videos/thumbnails/originals/"
            + folders
            + "/"
            + hash
            + ".0000001.jpg"
        : "https://images.example.org/originals/"
            + folders
            + "/"
            + hash
            + (draw.oneIn(9) ? ".png" : ".jpg");
  }

  /**
   * The same post later: its title, its time or the age has changed. Only changed rows come again.
   */
  private Post update(Post post) {
    Draw draw = Draw.of(seed, Dirt.UPDATED.name().hashCode(), -1 - post.ind());
    Post.Pin pin = post.pin();
    Post.Geo geo = post.geo();
    Post.User user = post.user();
    int row = draw.below(3);
    if (row == 0 && geo != null) {
      Post.Geo later =
          new Post.Geo(
              geo.ind(),
              geo.timestamp().plusSeconds(1 + draw.below(86_400)),
              geo.latitude(),
              geo.longitude(),
              geo.country());
      return new Post(post.ind(), null, later, null);
    }
    if (row == 1 && user != null) {
      Long age = user.age();
      Post.User older =
          new Post.User(
              user.ind(),
              user.firstName(),
              user.lastName(),
              age == null ? Long.valueOf(33) : Long.valueOf(age + 1),
              user.dateJoined());
      return new Post(post.ind(), null, null, older);
    }
    if (pin == null) {
      throw new IllegalStateException("each post has its pin");
    }
    Post.Pin edited =
        new Post.Pin(
            pin.index(),
            pin.uniqueId(),
            "Edited: " + pin.title(),
            pin.description(),
            pin.posterName(),
            pin.followerCount(),
            pin.tagList(),
            pin.isImageOrVideo(),
            pin.imageSrc(),
            pin.downloaded(),
            pin.saveLocation(),
            pin.category());
    return new Post(post.ind(), edited, null, null);
  }
}
