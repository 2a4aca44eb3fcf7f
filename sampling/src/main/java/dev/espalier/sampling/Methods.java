package dev.espalier.sampling;

import dev.espalier.LogitsProcessor;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The methods by name, and their JSON form: {@code {"method": name, parameter: value, ...}}. Each
 * name has a prototype, a record; its components are the parameters, its values the defaults, and
 * its constructor checks the ranges.
 */
final class Methods {
  static final JsonMapper JSON = new JsonMapper();
  static final String NAME = "method";

  private static final Map<String, Record> PROTOTYPES = new LinkedHashMap<>();

  static {
    put("mask_nan", new MaskNaN());
    put("greedy", new Greedy());
    put("temperature", new Temperature(1));
    put("dynamic_temperature", new DynamicTemperature(0.8, 0, 1));
    put("edt", new EntropyTemperature(0.7, 0.1, 0.8));
    put("hapo", new HapoTemperature(1, 0.05, 0.8, List.of(), true));
    put("adapt", new LineStartTemperature(0.8, 0.2));
    put("top_k", new TopK(50, 1, false));
    put("top_p", new TopP(0.95, 1));
    put("min_p", new MinP(0.05, 1));
    put("typical", new Typical(0.95, 1, false));
    put("epsilon", new Epsilon(6e-4, 1));
    put("eta", new Eta(9e-4, 1));
    put("top_n_sigma", new TopNSigma(1, false));
    put("top_h", new TopH(0.4, 100, TopHMode.REFERENCE, 1));
    put("tail_free", new TailFree(0.95, 1, false));
    put("xtc", new Xtc(0.5, 0.1, 1, List.of()));
    put("mirostat_v1", new MirostatV1(3, 1, 100, false, false));
    put("mirostat_v2", new MirostatV2(5, 0.1));
    put("penalties", new Penalties(1, 0, 0, 64));
    put("dry", new Dry(0.8, 1.75, 2, -1, List.of("\n", ":", "\"", "*"), List.of()));
    put("no_repeat_ngram", new NoRepeatNgram(3));
    put("logit_bias", new LogitBias(Map.of()));
    put("sequence_bias", new SequenceBias(List.of(), false));
    put("bad_words", new BadWords(List.of(), false));
    put("min_length", new MinLength(0, false));
    put("force_tokens", new TokensAt(Map.of()));
    put("suppress", new Suppress(List.of(), false));
  }

  private Methods() {}

  private static void put(String name, Record prototype) {
    PROTOTYPES.put(name, prototype);
  }

  static Iterable<String> names() {
    return PROTOTYPES.keySet();
  }

  /** The name of a processor; its class where it is none of ours. */
  static String name(LogitsProcessor processor) {
    for (Map.Entry<String, Record> entry : PROTOTYPES.entrySet()) {
      if (entry.getValue().getClass() == processor.getClass()) {
        return entry.getKey();
      }
    }
    return processor.getClass().getSimpleName();
  }

  /** A method with all its defaults. */
  static LogitsProcessor prototype(String name) {
    Record prototype = PROTOTYPES.get(name);
    if (prototype == null) {
      throw new ParameterException(
          "there is no method '"
              + name
              + "'; allowed are "
              + String.join(", ", PROTOTYPES.keySet()));
    }
    return (LogitsProcessor) prototype;
  }

  static LogitsProcessor read(JsonNode node) {
    JsonNode name = node.get(NAME);
    if (name == null || !name.isString()) {
      throw new ParameterException(
          "a processor is an object with a string \"" + NAME + "\", not " + node);
    }
    LogitsProcessor prototype = prototype(name.stringValue());
    return (LogitsProcessor) record(prototype.getClass(), prototype, node, name.stringValue());
  }

  static ObjectNode write(LogitsProcessor processor) {
    String name = name(processor);
    if (!PROTOTYPES.containsKey(name)) {
      throw new ParameterException(
          "a " + name + " has no JSON form; only the methods of Processors have one");
    }
    ObjectNode node = JSON.createObjectNode();
    node.put(NAME, name);
    fields((Record) processor, node);
    return node;
  }

  private static void fields(Record record, ObjectNode node) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      node.set(snake(component.getName()), toJson(value(component, record)));
    }
  }

  private static Object value(RecordComponent component, Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a record of this package has readable components", e);
    }
  }

  private static JsonNode toJson(Object value) {
    if (value instanceof Double d) {
      return d.isInfinite()
          ? JSON.getNodeFactory().stringNode("-inf")
          : JSON.getNodeFactory().numberNode(d.doubleValue());
    } else if (value instanceof Integer i) {
      return JSON.getNodeFactory().numberNode(i.intValue());
    } else if (value instanceof Boolean b) {
      return JSON.getNodeFactory().booleanNode(b);
    } else if (value instanceof Enum<?> e) {
      return JSON.getNodeFactory().stringNode(e.name().toLowerCase(Locale.ROOT));
    } else if (value instanceof List<?> list) {
      ArrayNode array = JSON.createArrayNode();
      list.forEach(item -> array.add(toJson(item)));
      return array;
    } else if (value instanceof Map<?, ?> map) {
      ObjectNode object = JSON.createObjectNode();
      map.forEach((key, item) -> object.set(key.toString(), toJson(item)));
      return object;
    } else if (value instanceof Record record) {
      ObjectNode object = JSON.createObjectNode();
      fields(record, object);
      return object;
    }
    return JSON.getNodeFactory().stringNode(value.toString());
  }

  /** A record from JSON; what is absent comes from {@code defaults}, if given. */
  private static Object record(
      Class<?> type, @Nullable Object defaults, JsonNode node, String where) {
    RecordComponent[] components = type.getRecordComponents();
    List<String> allowed = new ArrayList<>();
    Object[] arguments = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      String name = snake(components[i].getName());
      allowed.add(name);
      types[i] = components[i].getType();
      JsonNode given = node.get(name);
      if (given != null) {
        arguments[i] = fromJson(components[i].getGenericType(), given, where + ": " + name);
      } else if (defaults != null) {
        arguments[i] = value(components[i], defaults);
      } else {
        throw new ParameterException(where + ": " + name + " is missing");
      }
    }
    for (String name : node.propertyNames()) {
      if (!allowed.contains(name) && !name.equals(NAME)) {
        throw new ParameterException(
            where + " has no parameter '" + name + "'; allowed are " + String.join(", ", allowed));
      }
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof ParameterException outside) {
        throw outside;
      }
      throw new AssertionError(e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a record of this package has its constructor", e);
    }
  }

  private static Object fromJson(Type type, JsonNode node, String where) {
    if (type == double.class || type == Double.class) {
      if (node.isString() && node.stringValue().equals("-inf")) {
        return Double.NEGATIVE_INFINITY;
      }
      require(node.isNumber(), where, "a number", node);
      return node.doubleValue();
    } else if (type == int.class || type == Integer.class) {
      require(node.isIntegralNumber() && node.canConvertToInt(), where, "an integer", node);
      return node.intValue();
    } else if (type == boolean.class) {
      require(node.isBoolean(), where, "true or false", node);
      return node.booleanValue();
    } else if (type == String.class) {
      require(node.isString(), where, "a string", node);
      return node.stringValue();
    } else if (type instanceof Class<?> c && c.isEnum()) {
      for (Object constant : c.getEnumConstants()) {
        if (node.isString()
            && constant.toString().toLowerCase(Locale.ROOT).equals(node.stringValue())) {
          return constant;
        }
      }
      String names = List.of(c.getEnumConstants()).toString().toLowerCase(Locale.ROOT);
      throw new ParameterException(where + " is " + node + ", allowed are " + names);
    } else if (type instanceof Class<?> c && c.isRecord()) {
      require(node.isObject(), where, "an object", node);
      return record(c, null, node, where);
    } else if (type instanceof ParameterizedType p && p.getRawType() == List.class) {
      require(node.isArray(), where, "an array", node);
      List<Object> list = new ArrayList<>();
      for (JsonNode item : node) {
        list.add(fromJson(p.getActualTypeArguments()[0], item, where));
      }
      return list;
    } else if (type instanceof ParameterizedType p && p.getRawType() == Map.class) {
      require(node.isObject(), where, "an object", node);
      Map<Object, Object> map = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> entry : node.properties()) {
        map.put(
            integer(entry.getKey(), where),
            fromJson(p.getActualTypeArguments()[1], entry.getValue(), where));
      }
      return map;
    }
    throw new AssertionError("no JSON form for " + type);
  }

  private static Integer integer(String key, String where) {
    try {
      return Integer.valueOf(key);
    } catch (NumberFormatException e) {
      throw new ParameterException(where + " has the key '" + key + "', allowed are integers");
    }
  }

  private static void require(boolean holds, String where, String expected, JsonNode found) {
    if (!holds) {
      throw new ParameterException(where + " is " + found + ", allowed is " + expected);
    }
  }

  /** minKeep → min_keep. */
  static String snake(String name) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isUpperCase(c)) {
        out.append('_');
      }
      out.append(Character.toLowerCase(c));
    }
    return out.toString();
  }
}
