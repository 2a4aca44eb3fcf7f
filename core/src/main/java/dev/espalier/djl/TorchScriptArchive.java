package dev.espalier.djl;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes TorchScript source as the archive that {@code torch::jit::load} compiles, so that no
 * Python is needed: a zip of stored entries with the code and a pickle of the module's attributes.
 */
final class TorchScriptArchive {
  private static final int PICKLE_PROTOCOL = 2;
  private static final String CLASS_HEAD =
      """
      class Mod(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
      """;

  private final String methods;
  private final Map<String, Object> attributes = new LinkedHashMap<>();

  /**
   * @param methods the methods of one class, unindented; {@code self} stands for the module
   */
  TorchScriptArchive(String methods) {
    this.methods = methods;
  }

  /** Gives the module an attribute: a Long, Double or Boolean, read as {@code self.name}. */
  TorchScriptArchive attribute(String name, Object value) {
    attributes.put(name, value);
    return this;
  }

  /** The archive. */
  byte[] bytes() {
    StringBuilder code = new StringBuilder(CLASS_HEAD);
    attributes.forEach(
        (name, value) ->
            code.append("  ").append(name).append(" : ").append(type(value)).append('\n'));
    methods
        .lines()
        .forEach(
            line ->
                code.append(line.isBlank() ? "" : "  ")
                    .append(line.replace("(self,", "(self: __torch__.Mod,").stripTrailing())
                    .append('\n'));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      put(zip, "mod/data.pkl", pickle());
      put(zip, "mod/code/__torch__.py", code.toString().getBytes(StandardCharsets.UTF_8));
      put(zip, "mod/constants.pkl", new byte[] {(byte) 0x80, PICKLE_PROTOCOL, ')', '.'});
      put(zip, "mod/version", "10\n".getBytes(StandardCharsets.US_ASCII));
      put(zip, "mod/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a byte array does not fail
    }
    return out.toByteArray();
  }

  private static String type(Object value) {
    if (value instanceof Long) {
      return "int";
    }
    if (value instanceof Double) {
      return "float";
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    throw new IllegalArgumentException("no attribute type: " + value.getClass());
  }

  /** An instance of the class: global, empty tuple, NEWOBJ, state dictionary, BUILD. */
  private byte[] pickle() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(0x80);
    out.write(PICKLE_PROTOCOL);
    out.writeBytes("c__torch__\nMod\n)");
    out.write(0x81); // NEWOBJ
    out.writeBytes("}(");
    key(out, "training");
    out.write(0x89); // false
    for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
      key(out, attribute.getKey());
      Object value = attribute.getValue();
      if (value instanceof Boolean b) {
        out.write(b ? 0x88 : 0x89);
      } else if (value instanceof Double d) {
        out.write('G');
        out.writeDouble(d); // big-endian, as pickle has it
      } else {
        out.write(0x8a); // LONG1
        out.write(Long.BYTES);
        out.writeLong(Long.reverseBytes((Long) value));
      }
    }
    out.writeBytes("ub."); // SETITEMS, BUILD, STOP
    return bytes.toByteArray();
  }

  private static void key(DataOutputStream out, String name) throws IOException {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    out.write('X');
    out.writeInt(Integer.reverseBytes(utf8.length));
    out.write(utf8);
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
