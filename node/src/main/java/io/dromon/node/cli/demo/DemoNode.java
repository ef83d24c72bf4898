package io.dromon.node.cli.demo;

import io.dromon.config.NodeConfig;
import io.dromon.node.Node;
import io.dromon.node.WriteSet;
import io.dromon.node.cli.member.NodeCommand;
import io.dromon.node.cli.member.lines.LineState;
import io.dromon.transport.link.LinkStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * One process of {@code dromon demo}. Commands on standard input: {@code write LINE}, {@code load SECONDS WRITERS},
 * {@code links}, {@code leave}. Answers on standard output: {@code ready}, {@code committed N}, {@code loaded COMMITTED
 * FAILED}, {@code link ...}, {@code links N}, and what {@link Announcer} tells. The lines of the order are the node's state,
 * and go to the order file as {@code seqno TAB origin TAB line}.
 */
@Command(name = "demo-node", hidden = true, description = "One process of the demonstration.")
public final class DemoNode implements Callable<Integer> {
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
        NodeConfig config = flags.config();
        try (OutputStream order =
                        Files.newOutputStream(orderFile, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                Node node = Node.join(config, announced(LineState.of(config.dataDir(), order, orderFile), out))) {
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

    private static Announcer announced(LineState lines, PrintStream out) {
        return new Announcer(lines, line -> say(out, line));
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
}
