package io.dromon.node.cli.sst;

import io.dromon.node.cli.process.CommandFailure;
import io.dromon.sst.archive.ArchiveReader;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Staging;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dromon sst unpack}. */
@Command(
        name = "unpack",
        mixinStandardHelpOptions = true,
        description = "Makes what pack wrote the target, when all of it was read and checked; not at all otherwise.")
final class UnpackCommand implements Callable<Integer> {
    @Option(names = "--target", required = true, paramLabel = "DIR", description = "What the snapshot becomes.")
    @SuppressWarnings("NullAway.Init") // required
    private Path target;

    @Option(names = "--input", paramLabel = "FILE", description = "Standard input if not given.")
    private @Nullable Path input;

    @Override
    public Integer call() throws IOException {
        try (InputStream in = input == null ? System.in : Files.newInputStream(input);
                Staging staging = Staging.open(target, Limits.NONE)) {
            staging.warning().ifPresent(warning -> System.err.println("dromon: " + warning));
            Manifest manifest = ArchiveReader.unpack(in, staging);
            staging.commit();
            System.out.println(SstReport.summary(manifest));
            return 0;
        } catch (LinkageError e) {
            ZstdLibrary.check(); // the stream is compressed
            throw e;
        } catch (NoSuchFileException e) {
            throw new CommandFailure(e.getFile() + ": no such file");
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }
}
