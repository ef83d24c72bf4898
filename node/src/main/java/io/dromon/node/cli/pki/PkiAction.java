package io.dromon.node.cli.pki;

import io.dromon.node.cli.process.CommandFailure;
import io.dromon.transport.tls.CertificateReport;
import io.dromon.transport.tls.pem.PemException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The common part of all commands of {@code dromon pki}: their output, and failures as one line. */
abstract class PkiAction implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public final Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            int code = run(out);
            out.flush();
            return code;
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(e.getFile() + " exists and is not overwritten; choose another name or move it");
        } catch (PemException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new CommandFailure("cannot write: " + e);
        }
    }

    abstract int run(PrintWriter out) throws PemException, IOException;

    static Duration days(int days) {
        if (days < 1 || days > 365_000) {
            throw new CommandFailure("--days is from 1 to 365000, not " + days);
        }
        return Duration.ofDays(days);
    }

    /** Where a command writes what is made for a name. */
    static Path file(Path directory, String name, String ending) {
        if (name.isBlank() || name.contains("/") || name.contains("\0") || name.startsWith(".")) {
            throw new CommandFailure("'" + name + "' cannot be the name of a file; choose another NAME");
        }
        return directory.resolve(name + ending);
    }

    /** Prints the name of a file and what is in it. */
    static void say(PrintWriter out, Path file, Instant now) throws PemException {
        out.println(file);
        CertificateReport.inspect(file, now).forEach(line -> out.println("  " + line));
    }
}
