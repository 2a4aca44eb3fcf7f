package dev.espalier.grammar.schema;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Resolves references as RFC 3986, section 5.2 does, on strings: {@code java.net.URI} neither takes
 * every reference that schemas hold nor resolves against {@code urn:} bases.
 */
final class Uris {
  // RFC 3986, appendix B.
  private static final Pattern PARTS =
      Pattern.compile("^(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\\?([^#]*))?(#(.*))?", Pattern.DOTALL);

  private record Parts(
      @Nullable String scheme,
      @Nullable String authority,
      String path,
      @Nullable String query,
      @Nullable String fragment) {
    static Parts of(String uri) {
      Matcher m = PARTS.matcher(uri);
      if (!m.matches()) {
        throw new IllegalArgumentException("no URI: " + uri);
      }
      String path = m.group(5);
      return new Parts(m.group(2), m.group(4), path == null ? "" : path, m.group(7), m.group(9));
    }

    @Override
    public String toString() {
      return (scheme == null ? "" : scheme + ":")
          + (authority == null ? "" : "//" + authority)
          + path
          + (query == null ? "" : "?" + query)
          + (fragment == null ? "" : "#" + fragment);
    }
  }

  private Uris() {}

  /** The reference as seen from a base. */
  static String resolve(String base, String reference) {
    if (reference.startsWith("#")) {
      return document(base) + reference; // nearly always
    }
    if (base.isEmpty() && !mayHaveDots(reference)) {
      return reference; // likewise
    }
    Parts b = Parts.of(base);
    Parts r = Parts.of(reference);
    Parts t;
    if (r.scheme != null) {
      t = new Parts(r.scheme, r.authority, withoutDots(r.path), r.query, r.fragment);
    } else if (r.authority != null) {
      t = new Parts(b.scheme, r.authority, withoutDots(r.path), r.query, r.fragment);
    } else if (r.path.isEmpty()) {
      t = new Parts(b.scheme, b.authority, b.path, r.query == null ? b.query : r.query, r.fragment);
    } else {
      String path = r.path;
      if (!path.startsWith("/")) {
        path =
            b.authority != null && b.path.isEmpty()
                ? "/" + path
                : b.path.substring(0, b.path.lastIndexOf('/') + 1) + path;
      }
      t = new Parts(b.scheme, b.authority, withoutDots(path), r.query, r.fragment);
    }
    return t.toString();
  }

  private static boolean mayHaveDots(String path) {
    return path.contains("./") || path.contains("/.");
  }

  private static String withoutDots(String path) {
    if (!mayHaveDots(path)) {
      return path;
    }
    List<String> kept = new ArrayList<>();
    String[] steps = path.split("/", -1);
    for (int i = 0; i < steps.length; i++) {
      boolean last = i == steps.length - 1;
      if (steps[i].equals("..")) {
        if (kept.size() > 1 || (kept.size() == 1 && !kept.get(0).isEmpty())) {
          kept.remove(kept.size() - 1);
        }
      } else if (!steps[i].equals(".")) {
        kept.add(steps[i]);
        continue;
      }
      if (last) {
        kept.add("");
      }
    }
    return String.join("/", kept);
  }

  /** Everything before the fragment. */
  static String document(String uri) {
    int hash = uri.indexOf('#');
    return hash < 0 ? uri : uri.substring(0, hash);
  }

  /** The fragment with its percent escapes decoded; empty if there is none. */
  static String fragment(String uri) {
    int hash = uri.indexOf('#');
    return hash < 0 ? "" : decode(uri.substring(hash + 1));
  }

  private static String decode(String s) {
    if (s.indexOf('%') < 0) {
      return s;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] bytes = s.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
      if (bytes[i] == '%' && high >= 0 && low >= 0) {
        out.write(16 * high + low);
        i += 2;
      } else {
        out.write(bytes[i]);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
