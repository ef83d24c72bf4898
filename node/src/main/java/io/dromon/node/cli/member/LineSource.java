package io.dromon.node.cli.member;

import io.dromon.node.Node;
import io.dromon.node.WriteSet;
import io.dromon.node.cli.process.CommandFailure;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replicates each line of a stream, a bounded number of them at a time. */
final class LineSource {
    private static final Logger LOG = LoggerFactory.getLogger(LineSource.class);
    private static final int IN_FLIGHT = 1024;
    private static final int LONGEST_LINE = 64 << 20;

    private final InputStream in;
    private final Node node;
    private final String name;
    private final Semaphore permits = new Semaphore(IN_FLIGHT);
    private final AtomicLong failed = new AtomicLong();

    /** @param name of the node, for the log */
    LineSource(InputStream in, Node node, String name) {
        this.in = new BufferedInputStream(in, 1 << 16);
        this.node = node;
        this.name = name;
    }

    /**
     * Reads until the end of the stream and waits until every line was committed or has failed.
     *
     * @return number of lines that failed; each was reported
     */
    long run() throws IOException, InterruptedException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next;
        while ((next = in.read()) >= 0) {
            line.write(next);
            if (next == '\n') {
                replicate(line);
            } else if (line.size() > LONGEST_LINE) {
                throw new CommandFailure("a line of more than " + LONGEST_LINE + " bytes; is the input text?");
            }
        }
        if (line.size() > 0) {
            line.write('\n');
            replicate(line);
        }
        permits.acquire(IN_FLIGHT);
        return failed.get();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the permit is the end of it
    private void replicate(ByteArrayOutputStream line) throws InterruptedException {
        permits.acquire();
        node.replicate(WriteSet.of(line.toByteArray())).whenComplete((done, failure) -> {
            if (failure != null) {
                failed.incrementAndGet();
                LOG.warn("{}: line not committed: {}", name, failure.getMessage());
            }
            permits.release();
        });
        line.reset();
    }
}
