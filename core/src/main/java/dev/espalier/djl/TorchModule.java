package dev.espalier.djl;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** TorchScript methods that were compiled from a resource. Calls are thread-safe. */
final class TorchModule implements AutoCloseable {
  private final Model model; // DJL frees a module whose Model is garbage, so it is kept
  private final PtSymbolBlock block;

  /** Compiles an archive, in tens of milliseconds. */
  TorchModule(String name, TorchScriptArchive archive) {
    model = Model.newInstance(name, "PyTorch");
    try {
      model.load(new ByteArrayInputStream(archive.bytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a byte array does not fail
    } catch (MalformedModelException e) {
      throw new AssertionError("the resource of " + name + " does not compile", e);
    }
    block = (PtSymbolBlock) model.getBlock();
  }

  /** The concatenated sources of some resources beside this class. */
  static String source(String... resources) {
    StringBuilder all = new StringBuilder();
    for (String resource : resources) {
      try (InputStream in = TorchModule.class.getResourceAsStream(resource)) {
        if (in == null) {
          throw new AssertionError("the resource " + resource + " is not in the jar");
        }
        all.append(new String(in.readAllBytes(), StandardCharsets.UTF_8)).append('\n');
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all.toString();
  }

  /** Calls a method; the caller frees the result and the arguments. */
  IValue call(String method, IValue... arguments) {
    return TorchEngine.inference(() -> IValueUtils.runMethod(block, method, arguments));
  }

  @Override
  public void close() {
    model.close();
  }
}
