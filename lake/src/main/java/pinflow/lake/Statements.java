package pinflow.lake;

import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.Token;
import org.apache.spark.sql.catalyst.parser.SqlBaseLexer;
import org.apache.spark.sql.catalyst.parser.UpperCaseCharStream;

/**
 * The statements of a text of SQL. Spark's own lexer knows which semicolons stand in texts and
 * comments.
 */
final class Statements {
  private Statements() {}

  static List<String> of(String text) {
    SqlBaseLexer lexer = new SqlBaseLexer(new UpperCaseCharStream(CharStreams.fromString(text)));
    lexer.removeErrorListeners(); // what is wrong the parser says, with more words
    List<String> statements = new ArrayList<>();
    int from = 0;
    boolean empty = true;
    for (Token token = lexer.nextToken(); ; token = lexer.nextToken()) {
      boolean last = token.getType() == Token.EOF;
      if (last || token.getType() == SqlBaseLexer.SEMICOLON) {
        // The lexer counts code points.
        int to = last ? text.length() : text.offsetByCodePoints(0, token.getStartIndex());
        if (!empty) {
          statements.add(text.substring(from, to).strip());
        }
        if (last) {
          return statements;
        }
        from = to + 1;
        empty = true;
      } else if (token.getChannel() == Token.DEFAULT_CHANNEL) {
        empty = false;
      }
    }
  }
}
