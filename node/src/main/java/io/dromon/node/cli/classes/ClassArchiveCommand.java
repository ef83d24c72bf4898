package io.dromon.node.cli.classes;

import io.dromon.node.cli.process.CommandFailure;
import io.dromon.transport.recovery.FileProblem;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/**
 * {@code dromon class-archive}. The archive stands beside the executable, where the launcher looks for it. It takes its place
 * whole or not at all, after a JVM has started with it: a JVM does not survive one that was cut off.
 */
@Command(
        name = "class-archive",
        mixinStandardHelpOptions = true,
        description = {
            "Makes dromon.jsa beside the executable: its classes laid out for this Java, so that a node starts in about two"
                    + " thirds of the time. To be done once after the installation, and again after an update of Dromon or of"
                    + " Java; an archive that does not fit any more is passed over.",
            "It runs two nodes on loopback for a few seconds."
        })
public final class ClassArchiveCommand implements Callable<Integer> {
    private static final long LIMIT_SECONDS = 120;
    private static final int LAST_CHARACTERS = 500;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path program = Path.of(System.getProperty("java.class.path", ""));
        if (!Files.isRegularFile(program) || !Files.isExecutable(program)) {
            throw new CommandFailure("class-archive is for the executable, and this is not run from it");
        }
        program = program.toRealPath();
        Path archive = program.resolveSibling(program.getFileName() + ".jsa");
        Path fresh = program.resolveSibling(program.getFileName() + ".jsa.new");
        try {
            Files.deleteIfExists(fresh);
            Files.createFile(fresh); // the JVM would only print that it cannot
            Files.delete(fresh);
        } catch (IOException e) {
            throw new CommandFailure("the archive cannot be made beside the executable: " + FileProblem.of(e)
                    + "; Dromon runs without it, and starts more slowly");
        }
        try {
            run(List.of("-XX:ArchiveClassesAtExit=" + fresh), program, ClassLoadCommand.NAME);
            if (!Files.isRegularFile(fresh)) {
                throw new CommandFailure("this Java makes no archive: " + System.getProperty("java.vm.name") + " "
                        + System.getProperty("java.vm.version"));
            }
            run(List.of("-XX:SharedArchiveFile=" + fresh), program, "--version");
            try (FileChannel written = FileChannel.open(fresh, StandardOpenOption.READ)) {
                written.force(true);
            }
            Files.move(fresh, archive, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
        System.out.println(
                archive + ": " + Files.size(archive) + " bytes, for Java " + System.getProperty("java.version"));
        return 0;
    }

    /** Runs the executable on this JVM, with the flags of the launcher. */
    private static void run(List<String> flags, Path program, String command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-XX:SharedArchiveFile="))
                .forEach(line::add);
        line.addAll(flags);
        line.addAll(List.of("-jar", program.toString(), command));
        File output = File.createTempFile("dromon-class-archive", ".log");
        try {
            Process process = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(output)
                    .start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            if (!ended || process.exitValue() != 0) {
                String said = Files.readString(output.toPath(), StandardCharsets.UTF_8);
                throw new CommandFailure("no archive: the run that it is made from "
                        + (ended ? "ended with code " + process.exitValue() : "did not end") + ": "
                        + said.substring(Math.max(0, said.length() - LAST_CHARACTERS)));
            }
        } finally {
            Files.deleteIfExists(output.toPath());
        }
    }
}
