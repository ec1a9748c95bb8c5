package pinflow.control.databricks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Function;
import pinflow.control.Answer;
import pinflow.control.Call;

/** The one cluster there is: this machine, which always runs, by whatever name it is called. */
final class Cluster {
  private static final String ID = "pinflow-local";

  private Cluster() {}

  /** Where its routes go. */
  interface Door {
    void add(String path, String method, Function<Call, Answer> handler);
  }

  static void register(Door door) {
    door.add("/clusters/get", "GET", call -> Answer.json(cluster(call.text("cluster_id"))));
    for (String verb : new String[] {"start", "restart", "delete"}) {
      door.add("/clusters/" + verb, "POST", call -> Answer.empty());
    }
    door.add("/clusters/list", "GET", call -> Answer.json(list()));
    door.add("/clusters/spark-versions", "GET", call -> Answer.json(versions()));
    door.add("/preview/scim/v2/Me", "GET", call -> Answer.json(me()));
  }

  private static ObjectNode cluster(@org.jspecify.annotations.Nullable String id) {
    return object()
        .put("cluster_id", id == null ? ID : id)
        .put("cluster_name", "pinflow")
        .put("spark_version", "4.x-scala2.13")
        .put("state", "RUNNING")
        .put("state_message", "");
  }

  private static ObjectNode list() {
    ObjectNode body = object();
    body.putArray("clusters").add(cluster(null));
    return body;
  }

  private static ObjectNode versions() {
    ObjectNode body = object();
    body.putArray("versions").addObject().put("key", "4.x-scala2.13").put("name", "Spark 4");
    return body;
  }

  private static ObjectNode me() {
    return object().put("id", "1").put("userName", "token").put("active", true);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
