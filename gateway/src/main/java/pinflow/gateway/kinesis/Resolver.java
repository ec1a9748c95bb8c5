package pinflow.gateway.kinesis;

/** Finds the stream that a request is about, by its name or its ARN. */
record Resolver(Streams streams, Arns arns) {

  String name(Requests.OfStream request) {
    String arn = request.streamARN();
    String name = request.streamName();
    if (arn == null && name == null) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "Either StreamName or StreamARN must be provided.");
    }
    if (name != null) {
      Validation.name("streamName", name);
    }
    if (arn == null) {
      return String.valueOf(name);
    }
    Arns.Resource resource = arns.parse("streamARN", arn);
    if (resource.consumer().isPresent() || (name != null && !name.equals(resource.stream()))) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "StreamARN %s is not that of stream %s.".formatted(arn, name == null ? "any" : name));
    }
    return resource.stream();
  }

  /** As it is; in any status. */
  Stream stream(Requests.OfStream request) {
    return streams.find(name(request));
  }
}
