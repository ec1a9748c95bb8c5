package pinflow.oracle;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Posts that catch a wrong reading of facts/queries.md. */
final class AnswerTraps {

  /**
   * The greatest follower count that a BIGINT holds; a double cannot tell it from the one below.
   */
  private static final String GREATEST = "9223372036854775807";

  private final List<Post> posts = new ArrayList<>();

  private AnswerTraps() {}

  static List<Post> posts() {
    AnswerTraps traps = new AnswerTraps();
    traps.countries();
    traps.years();
    traps.topUsers();
    traps.ageGroups();
    traps.medians();
    traps.users();
    traps.partnerless();
    return traps.posts;
  }

  private Post post(long ind) {
    Post post = new Post(ind);
    posts.add(post);
    return post;
  }

  private void countries() {
    post(100).in("Atland");
    post(101).in("Atland");
    post(102).in("Atland").category("travel");
    post(103).in("Borland"); // a tie
    post(104).in("Borland");
    post(105).in("Borland").category("travel");
    post(106).in("Borland").category("travel");
    post(107).in("atland"); // case, white space and quotes are kept: countries of their own
    post(108).in(" Borland");
    post(109).in("O'\"Brien\\land").category("a,b;c\td");
    post(110)
        .in("\uff46ull")
        .category("ציור"); // UTF-8 order puts this before the island, UTF-16 after
    post(111).in("🏝").category("🎨");
    post(112)
        .in("🏝")
        .category("🎨 ")
        .pinAgain()
        .category("🎨"); // superseded: counts once, with the later
  }

  private void years() {
    post(120).in("Yearland").at("2017-12-31 23:59:59");
    post(121).in("Yearland").at("2018-01-01 00:00:00").category("quotes");
    post(122).in("Yearland").at("2018-06-01 12:00:00");
    post(123).in("Yearland").at("2018-06-01 12:00:00");
    post(124).in("Yearland").at("2018-07-01 12:00:00").category("travel");
    post(125).in("Yearland").at("2018-08-01 12:00:00").category("travel");
    post(126).in("Yearland").at("2022-12-31 23:59:59");
    post(127).in("Yearland").at("2023-01-01 00:00:00");
    post(128).in("Yearland").at("2020-02-29 00:00:00");
    post(129).in("Yearland").at("2020-03-29 02:30:00"); // does not exist on a clock in Berlin
    post(130).in("Yearland").at("2021-03-14 02:30:00"); // nor this in New York
  }

  private void topUsers() {
    post(140).in("Topland").poster("Ann", "1k");
    post(141).in("Topland").poster("Bob", "1000"); // a tie
    post(142).in("Topland").poster("Ann", "1,000"); // the same answer again: shown once
    post(143).in("Topland").poster("User Info Error", "9M"); // nobody does not compete
    post(144).in("Topland").poster("Cy", "User Info Error"); // nor does no count
    post(145).in("Noland").poster("Dee", ""); // a country without a competitor is absent
    post(146).in("Bigland").poster("Max", GREATEST);
    post(147)
        .in("Hugeland")
        .poster("Sam", "9223372036854775.807k"); // the same number: two top countries
    post(148).in("Bigland").poster("Min", "9223372036854775806"); // equal to it only as a double
    post(149).in("Zeroland").poster("Zed", "0");
    post(150).in("Zeroland").poster("Too", "9223372036854775808"); // quarantined, no overflow
  }

  /** Ages at every border. "ELSE '50+'" would make art the top of 50+. */
  private void ageGroups() {
    post(160).in("Ageland").aged(17);
    post(161).in("Ageland").aged(18);
    post(162).in("Ageland").aged(24);
    post(163).in("Ageland").aged(24).category("travel");
    post(164).in("Ageland").aged(25);
    post(165).in("Ageland").aged(35).category("travel");
    post(166).in("Ageland").aged(30);
    post(167).in("Ageland").aged(26).category("travel");
    post(168).in("Ageland").aged(36).category("quotes");
    post(169).in("Ageland").aged(50).category("quotes");
    post(170).in("Ageland").aged(50);
    post(171).in("Ageland").aged(51).category("vehicles");
    post(172).in("Ageland").aged(130).category("vehicles");
    post(173).in("Ageland").aged(null);
    post(174).in("Ageland").aged(null);
    post(175).in("Ageland").aged(0);
    post(176).in("Ageland").aged(131); // quarantined
    post(177).in("Ageland").aged(-1); // quarantined
  }

  /** Each post has a category of its own, so that it is never the top of an age group. */
  private void medians() {
    String ada2015 = "2015-01-01 00:00:00";
    count(200, "Ada", "Ng", 18, ada2015, "1k", "2016-05-01 00:00:00");
    count(201, "Ada", "Ng", 18, ada2015, "1", "2016-04-01 00:00:00");
    // The same name, joined at another time: another user. The latest is in the middle by ind and
    // by count.
    String ada2016 = "2016-02-29 12:00:00";
    count(202, "Ada", "Ng", 20, ada2016, "10", "2017-01-01 00:00:00");
    count(203, "Ada", "Ng", 20, ada2016, "20", "2017-03-01 00:00:00");
    count(204, "Ada", "Ng", 20, ada2016, "30", "2017-02-01 00:00:00");
    // The latest has no count: the one before it counts.
    String bo = "2015-06-15 00:00:00";
    count(205, "Bo", "Li", 24, bo, "500", "2016-01-01 00:00:00");
    count(206, "Bo", "Li", 24, bo, "User Info Error", "2016-02-01 00:00:00");
    // The age of the latest post: 25-35, while one row is of 18-24, where in 2017 no user is.
    String di = "2017-02-03 04:05:06";
    count(210, "Di", "Fo", 24, di, "7", "2017-03-01 00:00:00");
    count(211, "Di", "Fo", 25, di, "8", "2017-04-01 00:00:00");
    // Two at the same second: the greatest ind.
    String ed = "2018-01-01 00:00:00";
    count(212, "Ed", "Gi", 35, ed, "5", "2016-07-01 00:00:00");
    count(213, "Ed", "Gi", 35, ed, "9", "2016-07-01 00:00:00");
    // A post without geo comes first, whatever its ind.
    String flo = "2019-12-31 23:59:59";
    count(214, "Flo", "Ho", 30, flo, "100", "2015-01-01 00:00:00");
    count(215, "Flo", "Ho", 30, flo, "999", "2015-01-01 00:00:00").noGeo();
    String gus = "2020-12-31 23:59:59";
    count(216, "Gus", "In", 30, gus, "40", "2015-01-01 00:00:00").noGeo();
    count(217, "Gus", "In", 30, gus, "60", "2015-01-01 00:00:00").noGeo();
    // Age of the latest (over 50), count of the one before it, whose row is of 36-50.
    String hal = "2015-12-31 23:59:59";
    count(220, "Hal", "Jo", 50, hal, "1.5k", "2016-01-01 00:00:00");
    count(221, "Hal", "Jo", 51, hal, "", "2016-02-01 00:00:00");
    count(222, "Ida", "Ko", 36, "2015-08-09 10:11:12", "2M", "2016-01-01 00:00:00");
    count(223, "Jim", "Lo", 50, "2021-01-01 00:00:00", "0.001k", "2016-01-01 00:00:00");
    count(224, "Kay", "Mo", 130, "2014-12-31 23:59:59", "1.5B", "2016-01-01 00:00:00");
    count(225, "Leo", "No", 17, "2016-05-05 05:05:05", "5", "2016-06-01 00:00:00");
    count(226, "May", "Oh", null, "2016-06-06 06:06:06", "6", "2016-07-01 00:00:00");
    // Never a count: no value, not among the users of a group.
    count(227, "Ned", "Po", 30, "2018-03-03 03:03:03", "User Info Error", "2016-08-01 00:00:00");
    // The latest age is unknown: in no age group, but the earlier row counts over posts.
    String pam = "2017-07-07 07:07:07";
    count(228, "Pam", "Qu", 30, pam, "11", "2017-08-01 00:00:00");
    count(229, "Pam", "Qu", null, pam, null, "2017-09-01 00:00:00");
    post(230).in("Medianland");
    post(231).in("Medianland");
  }

  private Post count(
      long ind,
      String first,
      String last,
      @Nullable Integer age,
      String joined,
      @Nullable String count,
      String at) {
    return post(ind)
        .in("Medianland")
        .by(first, last, joined)
        .aged(age)
        .followers(count)
        .at(at)
        .category("only " + ind);
  }

  /** Users without posts: who joined is counted from user alone. */
  private void users() {
    String second = "2019-06-06 06:06:06";
    post(300).noPin().noGeo().by("Rae", "Su", second).aged(40);
    post(301)
        .noPin()
        .noGeo()
        .by("Rae Su", " \u00a0", second)
        .aged(41); // the same name: the same user
    post(302).noPin().noGeo().by("Rae", "Su", "2019-06-06 06:06:07").aged(40);
    post(303).noPin().noGeo().by("rae", "Su", second).aged(40);
    post(304).noPin().noGeo().by("Sol", "Ti", "2020-01-01 00:00:00").aged(131); // quarantined
  }

  private void partnerless() {
    post(600).noGeo().noUser();
    post(601).noPin().noUser();
    post(602).noPin().noGeo();
    post(603).noUser();
    post(604).noGeo();
    post(605).noPin();
  }
}
