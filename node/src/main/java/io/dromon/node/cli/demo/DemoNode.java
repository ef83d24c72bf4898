package io.dromon.node.cli.demo;

import io.dromon.node.Application;
import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.WriteSet;
import io.dromon.node.cli.member.NodeCommand;
import io.dromon.transport.link.LinkStatus;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * One process of {@code dromon demo}. Commands on standard input: {@code write LINE}, {@code load SECONDS WRITERS},
 * {@code links}, {@code leave}. Answers on standard output: {@code ready}, {@code view ...}, {@code committed N},
 * {@code loaded COMMITTED FAILED}, {@code link ...}, {@code links N}, {@code marker TEXT} (a delivered line that begins
 * with the marker sign). Every delivered line goes to the order file as {@code seqno TAB origin TAB line}.
 */
@Command(name = "demo-node", hidden = true, description = "One process of the demonstration.")
public final class DemoNode implements Callable<Integer> {
    /** A line that begins so is announced when it is delivered. */
    static final String MARKER = "#dromon-demo-marker";

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private NodeCommand.NodeFlags flags;

    @Option(names = "--order", required = true)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path orderFile;

    @Option(names = "--input", required = true)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path input;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintStream out = System.out;
        List<String> lines = Files.readAllLines(input, StandardCharsets.UTF_8);
        try (BufferedWriter order = Files.newBufferedWriter(orderFile, StandardCharsets.UTF_8);
                Node node = Node.join(flags.config(), new Recorder(order, out))) {
            say(out, "ready");
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            String command;
            while ((command = in.readLine()) != null && !command.equals("leave")) {
                if (command.startsWith("write ")) {
                    say(out, "committed " + write(node, command.substring("write ".length())));
                } else if (command.startsWith("load ")) {
                    String[] words = command.split(" ", -1);
                    say(out, "loaded " + load(node, lines, Integer.parseInt(words[1]), Integer.parseInt(words[2])));
                } else if (command.equals("links")) {
                    List<LinkStatus> links = node.status().links();
                    links.forEach(link -> say(out, "link " + describe(link)));
                    say(out, "links " + links.size());
                }
            }
        }
        say(out, "left");
        return 0;
    }

    private static synchronized void say(PrintStream out, String line) {
        out.println(line);
        out.flush();
    }

    private static String describe(LinkStatus link) {
        return link.tls()
                .map(tls -> tls.protocol() + " " + tls.cipher() + " " + tls.subject())
                .orElse("PLAIN");
    }

    private static long write(Node node, String line) {
        return node.replicate(WriteSet.of((line + "\n").getBytes(StandardCharsets.UTF_8)))
                .join()
                .seqno();
    }

    /** Closed-loop writers go round the text for a time. */
    private static String load(Node node, List<String> lines, int seconds, int writers) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        AtomicInteger next = new AtomicInteger();
        AtomicInteger committed = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            Thread writer = new Thread(
                    () -> {
                        while (System.nanoTime() < until) {
                            try {
                                write(node, lines.get(Math.floorMod(next.getAndIncrement(), lines.size())));
                                committed.incrementAndGet();
                            } catch (CompletionException e) {
                                failed.incrementAndGet();
                                System.err.println("not committed: " + e.getMessage());
                                return;
                            }
                        }
                    },
                    "writer-" + i);
            threads.add(writer);
            writer.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return committed.get() + " " + failed.get();
    }

    /** Writes the order down as this node sees it. */
    private record Recorder(BufferedWriter order, PrintStream out) implements Application {
        @Override
        public void deliver(Delivery delivery) {
            String line = StandardCharsets.UTF_8.decode(delivery.data()).toString();
            try {
                order.write(delivery.seqno() + "\t" + delivery.originName() + "\t" + line);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (line.startsWith(MARKER)) {
                onDrained();
                say(out, "marker " + line.strip());
            }
        }

        @Override
        public void onDrained() {
            try {
                order.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void onView(ClusterView view) {
            say(
                    out,
                    "view " + (view.primary() ? "primary " : "non-primary ")
                            + view.members().stream()
                                    .map(ClusterView.Member::name)
                                    .sorted()
                                    .collect(Collectors.joining(",")));
        }

        @Override
        public void onStopped(@Nullable NodeException failure) {
            if (failure != null) {
                say(out, "stopped " + failure.getMessage());
            }
        }
    }
}
