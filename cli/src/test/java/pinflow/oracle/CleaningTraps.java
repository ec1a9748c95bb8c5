package pinflow.oracle;

import java.util.ArrayList;
import java.util.List;

/** Posts that catch a wrong reading of facts/cleaning.md, among rows that fit the source tables. */
final class CleaningTraps {

  private final List<Post> posts = new ArrayList<>();

  private CleaningTraps() {}

  static List<Post> posts() {
    CleaningTraps traps = new CleaningTraps();
    traps.strangeInd();
    traps.followerForms();
    traps.texts();
    traps.places();
    traps.people();
    traps.repeats();
    return traps.posts;
  }

  private Post post(long ind) {
    Post post = new Post(ind);
    posts.add(post);
    return post;
  }

  private void strangeInd() {
    post(-7).in("Restland"); // ind.invalid in all three
    post(0).in("Restland"); // the smallest that is valid
  }

  private void followerForms() {
    String[] read = {
      "12k",
      "1.5K",
      "2M",
      "2.5m",
      "1B",
      "1b",
      "1,234",
      "1,2,3",
      " 7 ",
      "\u00a08\u00a0",
      "007",
      "0.5k",
      "1.2340k",
      "1,234.5k",
      "0.000000001B",
      "1.0",
      "00000000000000000000000000000000000000042"
    };
    String[] none = {
      "User Info Error", " User Info Error\u00a0", "", " \t\n", "\u00a0\u2007\u202f\u3000"
    };
    String[] unreadable = {
      "abc",
      "-5",
      "+5",
      "1.2345k",
      "1.5",
      "9223372036854775808",
      "9.223372036854775807B",
      "9223372036854775.808k",
      "99999999999999999999999999999999999999999999",
      "1e3",
      "NaN",
      "null",
      "1kk",
      "k",
      ".5k",
      "5.",
      ",5",
      "5,",
      "1,,2",
      "1.2.3",
      "1k followers",
      "٣",
      "user info error",
      "0x10",
      "1_000",
      "10T"
    };
    long ind = 400;
    for (String[] forms : List.of(read, none, unreadable)) {
      for (String form : forms) {
        post(ind++).in("Formland").followers(form);
      }
    }
  }

  private void texts() {
    post(460)
        .pin("title", "No Title Data Available")
        .pin("description", "No description available Story format");
    post(461)
        .pin("title", "\u00a0No Title Data Available \n")
        .pin("description", "No description available");
    post(462).pin("title", " \u00a0\t").pin("description", "Untitled");
    post(463).pin("title", null).pin("description", "  Untitled\u00a0");
    post(464).pin("title", "no title data available").pin("description", "Untitled 2"); // kept
    post(465)
        .pin("title", "Untitled")
        .pin("description", "No Title Data Available"); // the other column's: kept
    post(466)
        .pin("tag_list", "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e")
        .pin("image_src", "Image src error.");
    post(467).pin("tag_list", "").pin("image_src", " Image src error. ").pin("downloaded", 0);
    post(468).pin("save_location", "/data/art").pin("poster_name", "\u3000");
    post(469).pin("save_location", "Local save in ").pin("is_image_or_video", "");
    post(470).pin("save_location", "Local save in Local save in /x").pin("is_image_or_video", null);
    post(471)
        .pin("save_location", " Local save in /x")
        .pin("poster_name", "user info error"); // kept
    post(472)
        .pin("save_location", null)
        .pin("is_image_or_video", " multi-video(story page format)");
    post(473).pin("unique_id", "").category("art");
    post(474).pin("unique_id", null);
    post(475).category("\u00a0 ");
    post(476).category(" art "); // not blank: kept as it is
    post(477).pin("unique_id", " ").category("").followers("abc"); // three rules, one row
    post(478)
        .pin("title", "שלום עולם 👩‍👩‍👧\n\"quoted\" 'single' \\n not a newline\r\n\tend…\u00a0")
        .pin(
            "description",
            "e\u0301 is not \u00e9; \u202eright to left\u202c; $^{}[](); DROP TABLE; NULL; \u200b")
        .pin("poster_name", "Ana | Bo | ".repeat(24) + "Zoe…");
    post(479)
        .pin("title", "0")
        .pin("description", "long …🎨 ".repeat(1000))
        .pin("poster_name", "null");
    post(480)
        .pin("title", "{\"ind\": 1, \"title\": \"inner\"}")
        .pin("description", "[1,2]")
        .pin("tag_list", "a,b , ,c");
    post(481).pin("title", "\u200b"); // a zero-width space is not white space: kept
  }

  private void places() {
    post(500).geo("latitude", 90.0).geo("longitude", 180.0);
    post(501).geo("latitude", -90).geo("longitude", -180);
    post(502).geo("latitude", 90.0001);
    post(503).geo("latitude", -90.0001);
    post(504).geo("longitude", 180.0001);
    post(505).geo("longitude", -180.0001);
    post(506).geo("latitude", null);
    post(507).geo("longitude", null);
    post(508).in("");
    post(509).in("\u00a0\u2003");
    post(510).geo("country", null);
    post(511).at("1000-01-01 00:00:00");
    post(512).at("9999-12-31 23:59:59");
    post(513).geo("timestamp", null);
    post(514).geo("latitude", 200.0).in(" ").geo("timestamp", null); // three rules, one row
    post(515).geo("latitude", 1e-7).geo("longitude", 0.1 + 0.2);
  }

  private void people() {
    String joined = "2014-01-01 00:00:00";
    post(520).by("Ann", "", joined);
    post(521).by("\u00a0", "Lee", joined);
    post(522).by(null, "Lee", joined);
    post(523).by(" ", "\u00a0", joined); // quarantined
    post(524).by(null, null, joined); // quarantined
    post(525).by(" Ann ", "Lee\u00a0", joined); // joined by one space, not trimmed
    post(526).by("יעל", "O'Neil-\"Ö\" 🎨", joined);
    post(527).user("date_joined", null); // quarantined
    post(528).by("", "", joined).aged(200).user("date_joined", null); // three rules, one row
    post(529).aged(Integer.MAX_VALUE); // quarantined
  }

  private void repeats() {
    String place = "Dupland";
    post(540).in(place).pinAgain(); // equal as it came
    post(541)
        .in(place)
        .followers("1k")
        .pinAgain()
        .followers("1,000")
        .pin("downloaded", 0); // equal when cleaned
    post(542).in(place).pin("title", null).pinAgain().pin("title", "No Title Data Available");
    post(543).in(place).pinAgain().pin("save_location", "/data/art");
    post(544).in(place).pin("title", "A").pinAgain().pin("title", "B"); // the later stays
    post(545).in(place).pin("title", "A").pinAgain().pin("title", "B").pinAgain().pin("title", "A");
    post(546).in(place).pin("title", "A").pinAgain().pinAgain().pin("title", "B");
    post(547)
        .in(place)
        .pin("title", "A")
        .pinAgain()
        .pin("title", "B")
        .pinAgain()
        .pinAgain()
        .pin("title", "A")
        .pinAgain()
        .pin("title", "C");
    post(548)
        .in(place)
        .pin("unique_id", "")
        .pinAgain()
        .pin("unique_id", "mended"); // quarantined, then clean
    post(549).in(place).pinAgain().category(""); // a broken later event supersedes nothing
    post(550).in(place).pin("title", "A").pinAgain().pin("title", "A "); // a space is a difference
    post(551).in("Oldland").geoAgain().in(place);
    post(552).in(place).geoAgain().geoAgain();
    post(553)
        .in(place)
        .at("2018-01-01 00:00:00")
        .geoAgain()
        .at("2017-01-01 00:00:00"); // later event, earlier time
    post(554)
        .in(place)
        .by("Ann Lee", null, "2014-01-01 00:00:00")
        .userAgain()
        .by("Ann", "Lee", "2014-01-01 00:00:00");
    post(555).in(place).aged(null).userAgain().aged(16).userAgain().aged(null);
    post(556).in(place).category("travel").pinAgain().category("art");
    post(557).in(place).pinAgain().geoAgain().userAgain();
  }
}
