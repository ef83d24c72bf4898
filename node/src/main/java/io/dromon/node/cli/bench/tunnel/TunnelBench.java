package io.dromon.node.cli.bench.tunnel;

import io.dromon.node.cli.process.ChildNode;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.LocalPort;
import io.dromon.node.cli.process.Scratch;
import io.dromon.transport.tls.pem.SharedPair;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dromon bench tunnel}. */
@Command(
        name = "tunnel",
        mixinStandardHelpOptions = true,
        description = {
            "Bytes per second through a pair of tunnels on loopback, both ends verified: this tunnel and the real"
                    + " stunnel in turn, each as two processes.",
            "The senders and the receivers are this process, the same for both."
        })
public final class TunnelBench implements Callable<Integer> {
    private static final int PORTION = 256 * 1024;
    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    @Option(names = "--mib", defaultValue = "2048", description = "MiB of a run (${DEFAULT-VALUE}).")
    private int mib;

    @Option(names = "--rounds", defaultValue = "3", description = "Measured runs of each; the best counts (3).")
    private int rounds;

    @Option(
            names = "--connections",
            split = ",",
            defaultValue = "1,8",
            description = "Connections at once (${DEFAULT-VALUE}).")
    private List<Integer> connections = List.of();

    /** Two processes and where plain text goes in. */
    private record Pair(String name, List<Process> processes, int port, List<Double> seconds, List<Double> cpuSeconds)
            implements AutoCloseable {
        double cpu() {
            return processes.stream()
                    .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                    .mapToDouble(time -> time.toNanos() / 1e9)
                    .sum();
        }

        double best() {
            return seconds.stream().mapToDouble(each -> each).min().orElse(Double.NaN);
        }

        double cpuOfBest() {
            return cpuSeconds.get(seconds.indexOf(best()));
        }

        @Override
        public void close() {
            processes.forEach(Process::destroyForcibly);
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (mib < 1 || rounds < 1 || connections.stream().anyMatch(count -> count < 1)) {
            throw new CommandFailure("--mib, --rounds and --connections must be at least 1");
        }
        Path directory = Files.createTempDirectory("dromon-bench");
        SharedPair files = SharedPair.create(directory, "dromon-bench", Duration.ofDays(1));
        ExecutorService threads = Executors.newCachedThreadPool();
        PrintStream out = System.out;
        try (ServerSocket sink = new ServerSocket(0, 500, InetAddress.getLoopbackAddress())) {
            threads.execute(() -> receive(sink, threads));
            for (int count : connections) {
                try (Pair dromon = start("dromon", directory, files, sink.getLocalPort());
                        Pair stunnel = start("stunnel", directory, files, sink.getLocalPort())) {
                    measure(dromon, stunnel, count, threads);
                    for (Pair pair : List.of(dromon, stunnel)) {
                        out.printf(
                                Locale.ROOT,
                                "%d connection%s %-8s %7.0f MB/s  %5.2f s  CPU %5.2f s%n",
                                count,
                                count == 1 ? ", " : "s,",
                                pair.name,
                                mib * 1.048576 / pair.best(),
                                pair.best(),
                                pair.cpuOfBest());
                    }
                    out.printf(
                            Locale.ROOT,
                            "ratio dromon / stunnel: %.2f times the speed, %.2f times the CPU%n",
                            stunnel.best() / dromon.best(),
                            dromon.cpuOfBest() / stunnel.cpuOfBest());
                    out.flush();
                }
            }
        } finally {
            threads.shutdownNow();
        }
        Scratch.delete(directory); // kept after a failure: the logs are there
        return 0;
    }

    private void measure(Pair dromon, Pair stunnel, int count, ExecutorService threads)
            throws IOException, InterruptedException {
        for (int round = -1; round < rounds; round++) {
            for (Pair pair : List.of(dromon, stunnel)) {
                double cpu = pair.cpu();
                double seconds = send(pair.port, count, threads);
                if (round >= 0) { // the first warms up
                    pair.seconds.add(seconds);
                    pair.cpuSeconds.add(pair.cpu() - cpu);
                }
            }
        }
    }

    private double send(int port, int count, ExecutorService threads) throws IOException, InterruptedException {
        long each = ((long) mib << 20) / count;
        long begin = System.nanoTime();
        List<Future<?>> senders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            senders.add(threads.submit(() -> {
                byte[] portion = new byte[PORTION];
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    for (long left = each; left > 0; left -= PORTION) {
                        socket.getOutputStream().write(portion, 0, (int) Math.min(left, PORTION));
                    }
                    socket.shutdownOutput();
                    if (socket.getInputStream().read() != 1) {
                        throw new IOException("not all came through");
                    }
                }
                return null;
            }));
        }
        try {
            for (Future<?> sender : senders) {
                sender.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("a run failed; the logs are kept", e);
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    private static void receive(ServerSocket sink, ExecutorService threads) {
        while (!sink.isClosed()) {
            try {
                Socket socket = sink.accept();
                Future<?> unused = threads.submit(() -> {
                    byte[] portion = new byte[PORTION];
                    try (socket) {
                        int count = 0;
                        while (count >= 0) {
                            count = socket.getInputStream().read(portion);
                        }
                        socket.getOutputStream().write(1);
                    }
                    return null;
                });
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static Pair start(String name, Path directory, SharedPair files, int sink)
            throws IOException, InterruptedException {
        int tls = LocalPort.free();
        int plain = LocalPort.free();
        // BoringSSL takes the first suite of TLS 1.3 by itself and cannot be told; stunnel is told the same.
        String common = String.format(
                Locale.ROOT,
                "foreground = yes%npid =%ndebug = warning%ncert = %s%nkey = %s%nCAfile = %s%nverifyChain = yes%n"
                        + "sslVersion = TLSv1.3%n%s",
                files.certificate(),
                files.key(),
                files.certificate(),
                name.equals("stunnel") ? "ciphersuites = TLS_AES_128_GCM_SHA256\n" : "");
        Path server = Files.writeString(
                directory.resolve(name + "-server.conf"),
                common + "[server]\naccept = 127.0.0.1:" + tls + "\nconnect = 127.0.0.1:" + sink + "\n");
        Path client = Files.writeString(
                directory.resolve(name + "-client.conf"),
                common + "client = yes\n[client]\naccept = 127.0.0.1:" + plain + "\nconnect = 127.0.0.1:" + tls + "\n");
        List<Process> processes = new ArrayList<>();
        try {
            for (Path file : List.of(server, client)) {
                List<String> command = name.equals("stunnel")
                        ? List.of("stunnel", file.toString())
                        : ChildNode.command("tunnel", file.toString());
                Path log = Path.of(file + ".log");
                processes.add(new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start());
            }
            Pair pair = new Pair(name, processes, plain, new ArrayList<>(), new ArrayList<>());
            for (int port : List.of(tls, plain)) {
                await(pair, port);
            }
            return pair;
        } catch (IOException e) {
            processes.forEach(Process::destroyForcibly);
            throw new CommandFailure(name + " cannot be run: " + e.getMessage());
        }
    }

    private static void await(Pair pair, int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                if (System.nanoTime() > deadline || pair.processes.stream().anyMatch(process -> !process.isAlive())) {
                    pair.close();
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }
}
