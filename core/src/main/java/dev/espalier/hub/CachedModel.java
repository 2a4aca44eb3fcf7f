package dev.espalier.hub;

import java.nio.file.Path;
import java.util.List;

/**
 * A model in the cache folder.
 *
 * @param repository owner and name
 * @param commit the commit that its files are of
 * @param folder where they lie
 * @param files the files that are complete, relative to the folder
 * @param bytes their size together
 */
public record CachedModel(
    String repository, String commit, Path folder, List<String> files, long bytes) {
  /** Copies the list. */
  public CachedModel {
    files = List.copyOf(files);
  }
}
