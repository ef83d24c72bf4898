package io.dromon.node.cli.bench.sst;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.node.cli.process.ChildNode;
import io.dromon.node.cli.process.LocalPort;
import io.dromon.sst.Token;
import io.dromon.transport.tls.pem.SharedPair;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The ways of bringing a directory to another place that {@code dromon bench sst} compares, each as processes of its
 * own: both ends start, transfer, and end.
 */
final class SstContenders {
    private static final String POSITION = "6c85ca8e-e52e-11f1-8519-369fc54b9e1c:1";

    private final Path directory;
    private final SharedPair files;
    private MeasuredProcesses processes;
    private double transferSeconds;

    /** @param directory for keys, configurations and logs */
    SstContenders(Path directory) throws IOException {
        this.directory = directory;
        this.processes = new MeasuredProcesses(directory);
        this.files = SharedPair.create(directory, "dromon-bench", Duration.ofDays(1));
    }

    /** Brings a directory to a place that does not exist yet. */
    Run run(Way way, Path source, Path target) throws IOException, InterruptedException {
        processes = new MeasuredProcesses(directory);
        transferSeconds = Double.NaN;
        double cpu = MeasuredProcesses.childrenCpuSeconds();
        long begin = System.nanoTime();
        try {
            switch (way) {
                case CP ->
                    processes.finish(
                            processes.start("cp", Map.of(), List.of("cp", "-r", source.toString(), target.toString())));
                case STREAM -> stream(source, target, "adaptive");
                case STREAM_PLAIN -> stream(source, target, "0");
                case STREAM_ZSTD1 -> stream(source, target, "1");
                case STREAM_ZSTD3 -> stream(source, target, "3");
                case RSYNC_DROMON -> rsync(source, target, true);
                case RSYNC_STUNNEL -> rsync(source, target, false);
                case TAR_SOCAT -> tar(source, target);
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            processes.end(false);
            return new Run(seconds, transferSeconds, MeasuredProcesses.childrenCpuSeconds() - cpu, processes.peakKib());
        } finally {
            processes.end(true);
        }
    }

    private void stream(Path source, Path target, String level) throws IOException, InterruptedException {
        Map<String, String> token = Map.of(Token.VARIABLE, Token.create().text());
        String options = "tcert=" + files.certificate() + ";tkey=" + files.key() + ";tca=" + files.certificate()
                + ";zstd-level=" + level;
        Path output = directory.resolve("ready");
        List<String> command = ChildNode.executable(
                "sst", "receive", "--listen=127.0.0.1:0", "--target=" + target, "--options=" + options);
        Process joiner = processes.started(
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(directory.resolve("joiner.log").toFile()),
                token);
        String ready = firstLine(joiner, output);
        Process donor = processes.start(
                "donor",
                token,
                ChildNode.executable(
                        "sst",
                        "send",
                        "--json",
                        "--to=" + ready.split(" ", -1)[1],
                        "--source=" + source,
                        "--position=" + POSITION,
                        "--options=" + options));
        processes.finish(donor);
        processes.finish(joiner);
        try (BufferedReader lines = Files.newBufferedReader(directory.resolve("donor.log"), StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode event = line.startsWith("{") ? new ObjectMapper().readTree(line) : null;
                if (event != null && event.path("event").asText().equals("done")) {
                    transferSeconds = event.path("seconds").asDouble(Double.NaN);
                }
            }
        }
    }

    private static String firstLine(Process process, Path output) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + MeasuredProcesses.START_LIMIT.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            try (BufferedReader lines = Files.newBufferedReader(output, StandardCharsets.UTF_8)) {
                String line = lines.readLine();
                if (line != null && line.startsWith("ready ")) {
                    return line;
                }
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        throw new IOException("the joiner did not get ready");
    }

    /** As MariaDB's script does it: the joiner's tunnel runs the daemon, the donor's rsync runs its tunnel. */
    private void rsync(Path source, Path target, boolean dromon) throws IOException, InterruptedException {
        Files.createDirectory(target);
        String name = dromon ? "dromon" : "stunnel";
        int port = LocalPort.free();
        Path daemon = Files.writeString(
                directory.resolve("rsyncd.conf"),
                "use chroot = no\nread only = no\nuid = " + Files.getAttribute(target, "unix:uid") + "\ngid = "
                        + Files.getAttribute(target, "unix:gid") + "\n[sst]\npath = " + target + "\n");
        String common = String.format(
                Locale.ROOT,
                "foreground = yes%npid =%ndebug = warning%ncert = %s%nkey = %s%nCAfile = %s%nverifyChain = yes%n"
                        + "sslVersion = TLSv1.3%n%s",
                files.certificate(),
                files.key(),
                files.certificate(),
                dromon ? "" : "ciphersuites = TLS_AES_128_GCM_SHA256\n"); // what BoringSSL takes
        Path server = Files.writeString(
                directory.resolve(name + "-server.conf"),
                common + "[rsync]\naccept = 127.0.0.1:" + port + "\nexec = " + program("rsync")
                        + "\nexecargs = rsync --server --daemon --config=" + daemon + " .\n");
        Path client = Files.writeString(
                directory.resolve(name + "-client.conf"),
                common + "client = yes\nconnect = 127.0.0.1:" + port + "\nTIMEOUTclose = 0\n");
        Path rsh = directory.resolve(name + "-rsh");
        Files.deleteIfExists(rsh);
        Files.createFile(rsh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        List<String> tunnel = tunnel(dromon, client);
        Files.writeString(rsh, "#!/bin/sh\nexec '" + String.join("' '", tunnel) + "' \"$@\"\n");
        Process joiner = processes.start(name + "-server", Map.of(), tunnel(dromon, server));
        MeasuredProcesses.awaitListener(joiner, port);
        processes.finish(processes.start(
                name + "-rsync",
                Map.of(),
                List.of(
                        "rsync",
                        "--archive",
                        "--ignore-times",
                        "--inplace",
                        "--whole-file",
                        "--rsh=" + rsh,
                        source + "/",
                        "rsync://localhost/sst")));
    }

    private static List<String> tunnel(boolean dromon, Path configuration) {
        return dromon
                ? ChildNode.executable("tunnel", configuration.toString())
                : List.of("stunnel", configuration.toString());
    }

    private static String program(String name) {
        return List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)).stream()
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElse(name);
    }

    private void tar(Path source, Path target) throws IOException, InterruptedException {
        Files.createDirectory(target);
        int port = LocalPort.free();
        String tls =
                ",cert=" + files.certificate() + ",key=" + files.key() + ",cafile=" + files.certificate() + ",verify=1";
        Process joiner = processes.start(
                "socat-joiner",
                Map.of(),
                List.of(
                        "sh",
                        "-c",
                        "socat -u \"OPENSSL-LISTEN:$1,bind=127.0.0.1,reuseaddr$2\" STDIO | tar -xf - -C \"$3\"",
                        "sh",
                        "" + port,
                        tls,
                        target.toString()));
        Process donor = processes.start(
                "socat-donor",
                Map.of(),
                List.of(
                        "sh",
                        "-c",
                        "tar -cf - -C \"$3\" ."
                                + " | socat -u STDIO \"OPENSSL:127.0.0.1:$1,commonname=dromon-bench,retry=200,interval=0.05$2\"",
                        "sh",
                        "" + port,
                        tls,
                        source.toString()));
        processes.finish(donor);
        processes.finish(joiner);
    }
}
