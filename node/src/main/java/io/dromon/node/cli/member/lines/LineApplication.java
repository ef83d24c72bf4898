package io.dromon.node.cli.member.lines;

import io.dromon.node.Delivery;
import io.dromon.node.NodeException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Prints each write-set as {@code seqno TAB origin TAB line} and keeps none. A write-set is a line with its line feed, so that an empty
 * line is one as well.
 */
public final class LineApplication implements Lines {
    private final OutputStream out;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable NodeException failure;

    /** @param out standard output */
    public LineApplication(OutputStream out) {
        this.out = new BufferedOutputStream(out, 1 << 16);
    }

    @Override
    public CountDownLatch stopped() {
        return stopped;
    }

    @Override
    public @Nullable NodeException failure() {
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
    public void onStopped(@Nullable NodeException why) {
        failure = why;
        stopped.countDown();
    }
}
