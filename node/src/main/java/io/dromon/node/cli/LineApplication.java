package io.dromon.node.cli;

import io.dromon.node.Application;
import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Prints each write-set as {@code seqno TAB origin TAB line}; views, states and the end go to a log stream. A write-set
 * is a line with its line feed, so that an empty line is one as well.
 */
final class LineApplication implements Application {
    private final OutputStream out;
    private final PrintStream log;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable NodeException failure;

    LineApplication(OutputStream out, PrintStream log) {
        this.out = new BufferedOutputStream(out, 1 << 16);
        this.log = log;
    }

    /** Counted down when the node ended. */
    CountDownLatch stopped() {
        return stopped;
    }

    /** Why the node ended, null if it was asked to. */
    @Nullable
    NodeException failure() {
        return failure;
    }

    @Override
    public void deliver(Delivery delivery) {
        try {
            out.write((delivery.seqno() + "\t" + delivery.originName() + "\t").getBytes(StandardCharsets.UTF_8));
            ByteBuffer data = delivery.data();
            byte[] line = new byte[data.remaining()];
            data.get(line);
            out.write(line);
            if (line.length == 0 || line[line.length - 1] != '\n') {
                out.write('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to standard output: " + e.getMessage(), e);
        }
    }

    @Override
    public void onDrained() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to standard output: " + e.getMessage(), e);
        }
    }

    @Override
    public void onView(ClusterView view) {
        log.println((view.primary() ? "view primary" : "view non-primary") + " configuration=" + view.configuration()
                + " seqno=" + view.seqno() + " members="
                + view.members().stream().map(ClusterView.Member::name).collect(Collectors.joining(",")));
        log.flush();
    }

    @Override
    public void onState(NodeState state) {
        log.println("state " + state);
        log.flush();
    }

    @Override
    public void onStopped(@Nullable NodeException why) {
        failure = why;
        log.println(why == null ? "left the group" : "stopped: " + why.getMessage());
        log.flush();
        stopped.countDown();
    }
}
