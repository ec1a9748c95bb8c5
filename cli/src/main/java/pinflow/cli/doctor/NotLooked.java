package pinflow.cli.doctor;

/** A check could not look; the message says why. Told apart from one that found nothing. */
public final class NotLooked extends RuntimeException {
  private static final long serialVersionUID = 1;

  public NotLooked(String message) {
    super(message);
  }
}
