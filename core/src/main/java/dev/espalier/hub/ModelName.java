package dev.espalier.hub;

import dev.espalier.hub.HubException.Reason;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model of the hub at a revision.
 *
 * @param owner the user or organisation
 * @param name the model's name there
 * @param revision a branch, a tag or a commit
 */
public record ModelName(String owner, String name, String revision) {
  /** The revision of a name without one. */
  public static final String MAIN = "main";

  private static final String PART = "[A-Za-z0-9][A-Za-z0-9._-]{0,95}";
  private static final Pattern PATTERN =
      Pattern.compile("(" + PART + ")/(" + PART + ")(?:@([A-Za-z0-9][A-Za-z0-9._/-]{0,127}))?");

  /**
   * Checks the parts; they become parts of paths and addresses.
   *
   * @throws HubException if a part is empty or holds a character that hub names do not have
   */
  public ModelName {
    if (!PATTERN.matcher(owner + "/" + name + "@" + revision).matches()
        || (owner + name + revision).contains("..")) {
      throw badName(owner + "/" + name + "@" + revision);
    }
  }

  /**
   * Reads {@code owner/name} or {@code owner/name@revision}.
   *
   * @throws HubException if the text is of another form
   */
  public static ModelName parse(String text) {
    Matcher matcher = PATTERN.matcher(text);
    if (!matcher.matches()) {
      throw badName(text);
    }
    String revision = matcher.group(3);
    return new ModelName(matcher.group(1), matcher.group(2), revision == null ? MAIN : revision);
  }

  /** Whether the text has the form of a name. */
  public static boolean isName(String text) {
    return PATTERN.matcher(text).matches() && !text.contains("..");
  }

  private static HubException badName(String text) {
    return new HubException(
        Reason.NAME,
        "'"
            + text
            + "' is not a model name; expected owner/name or owner/name@revision, such as"
            + " HuggingFaceTB/SmolLM2-135M-Instruct");
  }

  /** Owner and name, without the revision. */
  public String repository() {
    return owner + "/" + name;
  }

  @Override
  public String toString() {
    return revision.equals(MAIN) ? repository() : repository() + "@" + revision;
  }
}
