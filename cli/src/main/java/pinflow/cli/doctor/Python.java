package pinflow.cli.doctor;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Python file as its words, so that comments and the insides of strings are not taken for code.
 * No Python runs. What a variable holds is not known, only what is written down where it is used.
 */
record Python(Path file, List<Token> tokens) {
  /** What a word is. */
  enum Kind {
    NAME,
    NUMBER,
    STRING,
    /** An f-string with something filled in. */
    FORMAT,
    /** One character of an operator or a bracket. */
    OPERATOR,
    /** Behind the last. */
    END
  }

  /**
   * A word.
   *
   * @param text of a string what is between its quotes, escapes as they are written
   */
  record Token(Kind kind, String text, int line) {
    boolean is(String operator) {
      return kind == Kind.OPERATOR && text.equals(operator);
    }

    boolean isName(String name) {
      return kind == Kind.NAME && text.equals(name);
    }

    boolean isConstant() {
      return kind == Kind.STRING || kind == Kind.NUMBER;
    }
  }

  /** Possessive throughout: a long string must not grow the stack. */
  private static final Pattern TOKEN =
      Pattern.compile(
          """
          (?<comment>\\#[^\\n]*+)
          | (?<prefix>[rbfuRBFU]{0,2}) (?:
              \"""(?<a>(?:[^"\\\\]|\\\\.|"(?!""))*+)\"""
            | '''(?<b>(?:[^'\\\\]|\\\\.|'(?!''))*+)'''
            | "(?<c>(?:[^"\\\\\\n]|\\\\.)*+)"
            | '(?<d>(?:[^'\\\\\\n]|\\\\.)*+)')
          | (?<name>[\\p{L}_][\\p{L}\\p{N}_]*+)
          | (?<number>[0-9][\\w.]*+)
          | (?<operator>\\S)
          """,
          Pattern.COMMENTS | Pattern.DOTALL);

  static Python read(Path file) throws IOException {
    try {
      return of(file, Files.readString(file, StandardCharsets.UTF_8));
    } catch (MalformedInputException e) {
      throw new NotLooked(file + " is not UTF-8 text");
    }
  }

  static Python of(Path file, String text) {
    List<Token> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    int line = 1;
    int seen = 0;
    while (matcher.find()) {
      line += lines(text, seen, matcher.start());
      seen = matcher.start();
      token(matcher, line).ifPresent(tokens::add);
    }
    tokens.add(new Token(Kind.END, "", line));
    return new Python(file, List.copyOf(tokens));
  }

  private static Optional<Token> token(Matcher matcher, int line) {
    if (matcher.group("comment") != null) {
      return Optional.empty();
    }
    for (Kind kind : List.of(Kind.NAME, Kind.NUMBER, Kind.OPERATOR)) {
      String text = matcher.group(kind.name().toLowerCase(java.util.Locale.ROOT));
      if (text != null) {
        return Optional.of(new Token(kind, text, line));
      }
    }
    for (String quotes : List.of("a", "b", "c", "d")) {
      String text = matcher.group(quotes);
      if (text != null) {
        boolean filled =
            matcher.group("prefix").toLowerCase(java.util.Locale.ROOT).contains("f")
                && text.contains("{");
        return Optional.of(new Token(filled ? Kind.FORMAT : Kind.STRING, text, line));
      }
    }
    return Optional.empty();
  }

  private static int lines(String text, int from, int to) {
    return (int) text.substring(from, to).chars().filter(c -> c == '\n').count();
  }

  /** The word at a place; {@link Kind#END} beyond the last. */
  Token at(int place) {
    return tokens.get(Math.max(0, Math.min(place, tokens.size() - 1)));
  }

  /**
   * Where values are given to a name: after {@code name=} or {@code "name":}. Parameters of a
   * {@code def} are left out.
   */
  List<Integer> valuesOf(String name) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      boolean isKeyword = at(i).isName(name) && at(i + 1).is("=") && !at(i + 2).is("=");
      boolean isKey = at(i).kind() == Kind.STRING && at(i).text().equals(name) && at(i + 1).is(":");
      if ((isKeyword && !isParameter(i)) || isKey) {
        places.add(i + 2);
      }
    }
    return places;
  }

  /** Whether an argument, an entry or a statement ends before this place. */
  boolean isEnd(int place) {
    Token token = at(place);
    return token.kind() == Kind.END || token.is(",") || token.is(")") || token.is("}");
  }

  /** The kind of bracket that the word is in: {@code (} of a call, {@code {} of a dict; or "". */
  String bracket(int place) {
    return opener(place).map(opener -> at(opener).text()).orElse("");
  }

  private boolean isParameter(int place) {
    return opener(place).filter(opener -> opener >= 2 && at(opener - 2).isName("def")).isPresent();
  }

  /** The bracket that the word is in. */
  private Optional<Integer> opener(int place) {
    int closed = 0;
    for (int i = place - 1; i >= 0; i--) {
      Token token = at(i);
      if (token.is(")") || token.is("]") || token.is("}")) {
        closed++;
      } else if (token.is("(") || token.is("[") || token.is("{")) {
        if (closed == 0) {
          return Optional.of(i);
        }
        closed--;
      }
    }
    return Optional.empty();
  }

  String place(int place) {
    return "%s, line %d".formatted(file, at(place).line());
  }
}
