package dev.espalier.hub;

import dev.espalier.hub.HubClient.Answer;
import dev.espalier.hub.HubException.Reason;
import dev.espalier.hub.RemoteFile.Algorithm;
import dev.espalier.hub.RemoteFile.Checksum;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model's commit and the files of that commit.
 *
 * @param commit 40 hexadecimal digits
 * @param files all of them
 */
record Listing(String commit, List<RemoteFile> files) {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");
  private static final int MAX_ANSWER = 32 << 20;
  private static final int MAX_PAGES = 100;

  Listing {
    files = List.copyOf(files);
  }

  /** Asks the hub; a branch is resolved to its commit first, so that all files fit together. */
  static Listing fetch(HubClient client, ModelName model, Backoff backoff) {
    String api = client.endpoint() + "/api/models/" + model.repository();
    while (true) {
      try {
        return fetch(client, model, api);
      } catch (IOException e) {
        backoff.afterFailure("the file list of " + model, e);
      }
    }
  }

  private static Listing fetch(HubClient client, ModelName model, String api) throws IOException {
    URI info = URI.create(api + "/revision/" + encode(model.revision()));
    JsonNode described = json(client, client.get(info, model.toString(), 0), model);
    String commit = described.path("sha").asString("");
    if (!COMMIT.matcher(commit).matches()) {
      throw strange(model, "no commit in the description at " + info);
    }
    List<RemoteFile> files = new ArrayList<>();
    URI page = URI.create(api + "/tree/" + commit + "?recursive=true");
    for (int pages = 0; page != null; pages++) {
      if (pages == MAX_PAGES) {
        throw strange(model, "more than " + MAX_PAGES + " pages of files");
      }
      Answer answer = client.get(page, model.toString(), 0);
      JsonNode entries = json(client, answer, model);
      if (!entries.isArray()) {
        throw strange(model, "no list of files at " + page);
      }
      for (JsonNode entry : entries) {
        if (entry.path("type").asString("").equals("file")) {
          files.add(file(entry));
        }
      }
      page = next(client, page, answer, model);
    }
    return new Listing(commit, files);
  }

  private static JsonNode json(HubClient client, Answer answer, ModelName model)
      throws IOException {
    try {
      return JsonMapper.shared().readTree(client.getAll(answer, model.toString(), MAX_ANSWER));
    } catch (JacksonException e) {
      throw new HubException(
          Reason.SERVER,
          model + ": the answer is not JSON; is " + client.endpoint() + " a hub, or a login page?",
          e);
    }
  }

  private static RemoteFile file(JsonNode entry) {
    String path = entry.path("path").asString("");
    JsonNode lfs = entry.path("lfs");
    Checksum checksum =
        lfs.isObject()
            ? new Checksum(Algorithm.SHA_256, lfs.path("oid").asString(""))
            : new Checksum(Algorithm.GIT_BLOB, entry.path("oid").asString(""));
    JsonNode size = lfs.isObject() && lfs.has("size") ? lfs.path("size") : entry.path("size");
    return new RemoteFile(path, size.asLong(-1), checksum);
  }

  private static @Nullable URI next(HubClient client, URI page, Answer answer, ModelName model) {
    for (String link : answer.headers().allValues("Link")) {
      Matcher matcher = NEXT.matcher(link);
      if (matcher.find()) {
        URI next;
        try {
          next = page.resolve(matcher.group(1));
        } catch (IllegalArgumentException e) {
          throw strange(model, "the address of the next page is none");
        }
        if (next.getHost() == null || !HubClient.sameOrigin(next, client.endpoint())) {
          throw strange(model, "the next page of files lies on another host");
        }
        return next;
      }
    }
    return null;
  }

  private static HubException strange(ModelName model, String what) {
    return new HubException(Reason.SERVER, model + ": " + what);
  }

  /** Where a file of this commit lies. */
  URI address(URI endpoint, ModelName model, RemoteFile file) {
    String path =
        Arrays.stream(file.path().split("/", -1))
            .map(Listing::encode)
            .collect(Collectors.joining("/"));
    return URI.create(endpoint + "/" + model.repository() + "/resolve/" + commit + "/" + path);
  }

  private static String encode(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
