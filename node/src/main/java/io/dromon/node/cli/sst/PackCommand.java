package io.dromon.node.cli.sst;

import io.dromon.node.cli.process.CommandFailure;
import io.dromon.sst.archive.ArchiveWriter;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.SourceTree;
import io.dromon.transport.wire.Position;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dromon sst pack}. */
@Command(
        name = "pack",
        mixinStandardHelpOptions = true,
        description = {
            "A snapshot of a directory, which must stand still, as one tar stream with checksums and a closing"
                    + " manifest.",
            "It is not encrypted: keep the file as the directory is kept."
        })
final class PackCommand implements Callable<Integer> {
    @Option(names = "--source", required = true, paramLabel = "DIR", description = "What is packed.")
    @SuppressWarnings("NullAway.Init") // required
    private Path source;

    @Option(
            names = "--position",
            required = true,
            paramLabel = "UUID:SEQNO",
            description = "The last event that the source holds.")
    private String position = "";

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "A new file, for its owner only; standard output if not given.")
    private @Nullable Path output;

    @Option(names = "--zstd", paramLabel = "LEVEL", description = "Compresses, 1 to 19; not if not given.")
    private @Nullable Integer level;

    @Override
    public Integer call() throws IOException {
        Position last;
        try {
            last = Position.parse(position);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
        if (level != null && (level < 1 || level > 19)) {
            throw new CommandFailure("--zstd " + level + " is not from 1 to 19");
        }
        if (level != null) {
            ZstdLibrary.check();
        }
        OutputStream out = open();
        boolean whole = false;
        try (out) {
            Manifest manifest = ArchiveWriter.write(
                    SourceTree.of(source),
                    last,
                    out,
                    level == null ? OptionalInt.empty() : OptionalInt.of(level),
                    note -> System.err.println("dromon: " + note));
            out.flush();
            System.err.println(SstReport.summary(manifest));
            whole = true;
            return 0;
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        } finally {
            if (!whole && output != null) {
                Files.deleteIfExists(output);
            }
        }
    }

    private OutputStream open() throws IOException {
        if (output == null) {
            return new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)); // System.out hides errors
        }
        try {
            return new BufferedOutputStream(Channels.newOutputStream(FileChannel.open(
                    output,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))));
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(output + " is there already");
        } catch (IOException e) {
            throw new CommandFailure(output + " cannot be written: " + e.getMessage());
        }
    }
}
