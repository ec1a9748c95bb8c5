package pinflow.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;
import pinflow.control.jobs.Job;
import pinflow.gateway.GatewayException;

/** Reads {@code pinflow.yaml} over the defaults; a mistyped key or a wrong value names its line. */
final class ConfigFile {
  /** For every JSON and YAML of the commands: kebab-case keys, durations such as 10s. */
  static final ObjectMapper MAPPER = configure(new YAMLMapper());

  /** Keys of the entries of lists, and of what is in these. */
  private static final Map<String, List<String>> KEYS =
      Map.of(
          "expectations",
          Expectation.KEYS,
          "jobs",
          Job.KEYS,
          "jobs.schedule",
          List.of("cron", "zone", "catch-up"),
          "jobs.on-failure",
          List.of("webhook", "command"));

  /** A section whose keys are the user's own. */
  private static final String FREE = "control.notebooks";

  private final Path file;
  private final Map<String, Integer> lines = new HashMap<>();

  private ConfigFile(Path file) {
    this.file = file;
  }

  /**
   * The configuration of a file, or the defaults when the file that is looked for by default is not
   * there.
   *
   * @throws UsageException naming file, line and key
   */
  static PinflowConfig read(Path file, boolean required) {
    ConfigFile config = new ConfigFile(file);
    if (!required && !Files.exists(file)) {
      return config.bind(defaultKeys());
    }
    try {
      String text = Files.readString(file);
      JsonNode user = MAPPER.readTree(text);
      config.noteLines(text);
      ObjectNode all = defaultKeys();
      if (user instanceof ObjectNode sections) {
        config.merge(sections, all, "");
      } else if (!user.isMissingNode() && !user.isNull()) {
        throw new UsageException(
            "%s holds no keys; it begins like `id: 0e03d1c30c91`.".formatted(file));
      }
      return config.bind(all);
    } catch (NoSuchFileException e) {
      throw new UsageException(
          "The configuration %s is not there. Check the path after --config.".formatted(file));
    } catch (JsonProcessingException e) {
      throw new UsageException(
          "%s, line %d: this is not YAML: %s. Check the indentation and the quotes."
              .formatted(
                  file,
                  line(e.getLocation()),
                  e.getOriginalMessage().lines().findFirst().orElse("")));
    } catch (IOException e) {
      throw new UsageException(
          "The configuration %s cannot be read: %s. Check its permissions.".formatted(file, e));
    }
  }

  /** The configuration without any file. */
  static PinflowConfig defaults() {
    return new ConfigFile(Path.of("defaults")).bind(defaultKeys());
  }

  private static ObjectNode defaultKeys() {
    try (InputStream in = ConfigFile.class.getResourceAsStream("defaults.yaml")) {
      return (ObjectNode) MAPPER.readTree(Objects.requireNonNull(in));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void merge(ObjectNode from, ObjectNode into, String path) {
    from.properties()
        .forEach(
            entry -> {
              String key = path + entry.getKey();
              JsonNode known = into.get(entry.getKey());
              if (known == null) {
                throw new UsageException(unknown(key, entry.getKey(), names(into)));
              }
              if (known instanceof ObjectNode section && !key.equals(FREE)) {
                if (entry.getValue() instanceof ObjectNode given) {
                  merge(given, section, key + ".");
                } else if (!entry.getValue().isNull()) {
                  throw new UsageException(
                      at(key)
                          + "%s is a section with keys of its own, not a value.".formatted(key));
                }
              } else if (!entry.getValue().isNull()) {
                // A list; Jackson would miss the key that was meant before the one that is wrong.
                if (known.isArray()) {
                  checkEntries(key, entry.getValue());
                }
                into.set(entry.getKey(), entry.getValue());
              }
            });
  }

  private void checkEntries(String key, JsonNode entries) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i) instanceof ObjectNode entry) {
        checkKeys("%s.%d".formatted(key, i), entry);
      }
    }
  }

  private void checkKeys(String key, ObjectNode entry) {
    List<String> known = KEYS.getOrDefault(withoutPlaces(key), List.of());
    for (String name : names(entry)) {
      String inner = key + "." + name;
      if (!known.contains(name)) {
        throw new UsageException(unknown(inner, name, known));
      }
      if (entry.get(name) instanceof ObjectNode section && KEYS.containsKey(withoutPlaces(inner))) {
        checkKeys(inner, section);
      }
    }
  }

  private static List<String> names(ObjectNode section) {
    List<String> names = new ArrayList<>();
    section.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private String unknown(String key, String mistyped, List<String> known) {
    String nearest = "";
    int distance = Math.max(3, mistyped.length() / 3) + 1;
    for (String name : known) {
      int apart =
          LevenshteinDistance.getDefaultInstance()
              .apply(name, mistyped.toLowerCase(Locale.ROOT).replace('_', '-'));
      if (apart < distance) {
        distance = apart;
        nearest = name;
      }
    }
    String shown = withoutPlaces(key);
    String parent = shown.substring(0, shown.length() - mistyped.length());
    return at(key)
        + "there is no key %s. %s"
            .formatted(
                shown,
                nearest.isEmpty()
                    ? "Known here: " + String.join(", ", known) + "."
                    : "Did you mean %s%s?".formatted(parent, nearest));
  }

  private PinflowConfig bind(ObjectNode all) {
    try {
      PinflowConfig config = MAPPER.treeToValue(all, PinflowConfig.class);
      config.gateway("checked:0");
      return config;
    } catch (JsonProcessingException e) {
      throw wrong("", e, all);
    } catch (IllegalArgumentException e) {
      throw wrong("gateway", e.getCause() instanceof JsonProcessingException json ? json : e, all);
    }
  }

  /** A value that its record refuses (it names the key itself), or that is of another type. */
  private UsageException wrong(String section, Exception e, ObjectNode all) {
    StringBuilder path = new StringBuilder(section);
    if (e instanceof JsonMappingException mapping) {
      mapping
          .getPath()
          .forEach(
              p ->
                  path.append(path.isEmpty() ? "" : ".")
                      .append(p.getFieldName() == null ? p.getIndex() : kebab(p.getFieldName())));
    }
    String key = path.toString();
    Throwable cause = e.getCause();
    if (cause instanceof IllegalArgumentException || cause instanceof GatewayException) {
      String[] message = String.valueOf(cause.getMessage()).split(" ", 2);
      String named = message[0].contains(".") ? kebab(message[0]) : message[0];
      String sentence = named + " " + message[1] + (message[1].endsWith(".") ? "" : ".");
      String last = named.substring(named.lastIndexOf('.') + 1);
      String place =
          Stream.of(named, key + "." + named, key + "." + last)
              .filter(lines::containsKey)
              .findFirst()
              .orElse(key);
      String shown = withoutPlaces(key);
      String first = named.split("\\.")[0];
      // What stands in an entry of a list names itself from there only.
      String before =
          named.startsWith(shown) || (named.contains(".") && all.has(first))
              ? ""
              : shown.endsWith("." + first)
                  ? shown.substring(0, shown.length() - first.length())
                  : shown + ": ";
      return new UsageException(at(place) + before + sentence);
    }
    JsonNode value = all.at("/" + key.replace('.', '/'));
    return new UsageException(
        at(key)
            + "%s is \"%s\", which is not what this key takes: %s."
                .formatted(
                    withoutPlaces(key),
                    value.asText(),
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
  }

  /** Of an entry in a list the list's key: its line tells which it is. */
  private static String withoutPlaces(String key) {
    return key.replaceAll("\\.\\d+(?=\\.|$)", "");
  }

  static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private String at(String key) {
    Integer line = lines.get(key);
    return line == null ? file + ": " : "%s, line %d: ".formatted(file, line);
  }

  private void noteLines(String text) throws IOException {
    try (JsonParser parser = new YAMLFactory().createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        boolean isEntry =
            token == JsonToken.START_OBJECT && parser.getParsingContext().getParent().inArray();
        if (token == JsonToken.FIELD_NAME || isEntry) {
          String key = parser.getParsingContext().pathAsPointer().toString();
          lines.put(key.substring(1).replace('/', '.'), line(parser.currentTokenLocation()));
        }
      }
    }
  }

  private static int line(JsonLocation location) {
    return location == null ? 1 : location.getLineNr();
  }

  private static ObjectMapper configure(ObjectMapper mapper) {
    return mapper
        .setPropertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .registerModule(
            new SimpleModule().addDeserializer(Duration.class, new DurationDeserializer()));
  }

  /** Durations are a number with its unit: 250ms, 10s, 5m, 24h. */
  private static final class DurationDeserializer extends FromStringDeserializer<Duration> {
    private static final long serialVersionUID = 1;
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    DurationDeserializer() {
      super(Duration.class);
    }

    @Override
    protected Duration _deserialize(
        String text, com.fasterxml.jackson.databind.DeserializationContext context) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "\"%s\" is no duration; write a number and its unit, such as 250ms, 10s, 5m or 24h"
                .formatted(text));
      }
      long number = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "ms" -> Duration.ofMillis(number);
        case "s" -> Duration.ofSeconds(number);
        case "m" -> Duration.ofMinutes(number);
        case "h" -> Duration.ofHours(number);
        case "d" -> Duration.ofDays(number);
        default -> throw new IllegalStateException(matcher.group(2));
      };
    }
  }
}
