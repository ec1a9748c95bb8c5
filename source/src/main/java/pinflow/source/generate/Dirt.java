package pinflow.source.generate;

/**
 * What is wrong or odd with some posts. Each comes once in each {@code every} posts, at a place
 * drawn anew: so each share is exact and each kind is there as soon as there are that many posts.
 * The first six are the original's, in its shares.
 */
enum Dirt {
  STORY(22),
  STORY_WITHOUT_IMAGE(47),
  VIDEO(34),
  NO_DESCRIPTION(67),
  NO_TAGS(74),
  USER_INFO_ERROR(110),

  UNTITLED(900),
  BLANK_TITLE(700),
  BLANK_DESCRIPTION(600),
  BLANK_TAGS(2_500),
  BLANK_POSTER(2_500),
  BLANK_IMAGE(2_500),
  NULL_FOLLOWERS(1_500),

  DECIMAL_FOLLOWERS(300),
  COMMA_FOLLOWERS(500),
  SPACED_FOLLOWERS(700),
  BILLION_FOLLOWERS(4_000),
  UNREADABLE_FOLLOWERS(600),

  TITLE_NEWLINE(770),
  TITLE_SPACE(900),
  TITLE_EMOJI(80),
  DESCRIPTION_EMOJI(90),
  ACCENTS(40),
  HEBREW(1_500),
  QUOTES(32),
  BACKSLASH(600),
  TAB(700),
  LONG_DESCRIPTION(400),

  NULL_AGE(300),
  MINOR(250),
  AGE_OUT_OF_RANGE(800),

  NO_GEO(120),
  NO_USER(150),
  REPEATED(350),
  UPDATED(400);

  private final int every;

  Dirt(int every) {
    this.every = every;
  }

  boolean hits(long seed, long post) {
    long block = post / every;
    return Draw.of(seed, this, block).below(every) == post % every;
  }
}
