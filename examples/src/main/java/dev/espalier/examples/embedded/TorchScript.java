package dev.espalier.examples.embedded;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript module compiled from source text, without Python: a {@code .pt} file is a zip
 * archive of the source and a pickled object without attributes.
 */
final class TorchScript implements AutoCloseable {
  // The model owns the native module and its finalizer frees it, so it has to stay reachable as
  // long as the block.
  private final Model model;

  TorchScript(String source) {
    model = Model.newInstance("mod", "PyTorch");
    try {
      model.load(new ByteArrayInputStream(archive(source)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot hand TorchScript to the engine", e);
    } catch (MalformedModelException e) {
      throw new IllegalArgumentException("PyTorch does not compile this TorchScript", e);
    }
  }

  PtSymbolBlock block() {
    return (PtSymbolBlock) model.getBlock();
  }

  @Override
  public void close() {
    model.close();
  }

  private static byte[] archive(String source) throws IOException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(archive)) {
      put(zip, "data.pkl", pickledModule());
      put(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
      put(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
      put(zip, "version", new byte[] {'1', '0', '\n'});
      put(zip, "byteorder", "little".getBytes(StandardCharsets.UTF_8));
    }
    return archive.toByteArray();
  }

  // Protocol 2: __torch__.Mod() with the state {"training": False}.
  private static byte[] pickledModule() throws IOException {
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(pickle);
    out.write(new byte[] {(byte) 0x80, 2});
    out.writeBytes("c__torch__\nMod\n)");
    out.write(0x81);
    out.writeBytes("}(X");
    out.write(new byte[] {8, 0, 0, 0});
    out.writeBytes("training");
    out.write(0x89);
    out.writeBytes("ub.");
    return pickle.toByteArray();
  }

  // PyTorch maps the entries, so they must not be compressed.
  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry("mod/" + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
