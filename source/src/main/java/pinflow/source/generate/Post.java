package pinflow.source.generate;

import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pinflow.source.SourceTable;

/** The rows of a post, of which some may be missing; fields in the order of the tables' columns. */
public record Post(long ind, @Nullable Pin pin, @Nullable Geo geo, @Nullable User user) {

  /** A row of {@code pinterest_data}. */
  public record Pin(
      long index,
      String uniqueId,
      @Nullable String title,
      @Nullable String description,
      @Nullable String posterName,
      @Nullable String followerCount,
      @Nullable String tagList,
      String isImageOrVideo,
      @Nullable String imageSrc,
      long downloaded,
      String saveLocation,
      String category) {}

  /** A row of {@code geolocation_data}; times are UTC. */
  public record Geo(
      long ind, LocalDateTime timestamp, double latitude, double longitude, String country) {}

  /** A row of {@code user_data}; times are UTC. */
  public record User(
      long ind, String firstName, String lastName, @Nullable Long age, LocalDateTime dateJoined) {}

  /** The row for a table in the order of its columns; null if the post has none. */
  public @Nullable List<@Nullable Object> values(SourceTable table) {
    return switch (table) {
      case PIN ->
          pin == null
              ? null
              : row(
                  pin.index,
                  pin.uniqueId,
                  pin.title,
                  pin.description,
                  pin.posterName,
                  pin.followerCount,
                  pin.tagList,
                  pin.isImageOrVideo,
                  pin.imageSrc,
                  pin.downloaded,
                  pin.saveLocation,
                  pin.category);
      case GEO ->
          geo == null
              ? null
              : row(geo.ind, geo.timestamp, geo.latitude, geo.longitude, geo.country);
      case USER ->
          user == null
              ? null
              : row(user.ind, user.firstName, user.lastName, user.age, user.dateJoined);
    };
  }

  private static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }
}
