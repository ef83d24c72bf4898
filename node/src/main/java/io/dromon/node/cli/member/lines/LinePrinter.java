package io.dromon.node.cli.member.lines;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prints lines in the order of their seqnos, each once, behind what earlier starts have printed. What is printed waits for {@link
 * #flush}. For one thread at a time.
 */
final class LinePrinter {
    private static final Logger LOG = LoggerFactory.getLogger(LinePrinter.class);

    private final OutputStream out;
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream(1 << 16);
    private long printed;
    /** The beginning of the next line, as it stands in the output already. */
    private byte[] torn;

    /**
     * @param printed the last number that was printed
     * @param torn what stands behind its line
     */
    LinePrinter(OutputStream out, long printed, byte[] torn) {
        this.out = out;
        this.printed = printed;
        this.torn = torn;
    }

    /** The last number that was printed. */
    long printed() {
        return printed;
    }

    /** What was printed belongs to another history, or is no beginning of this one: all lines are printed. */
    void printAll() {
        printed = -1;
    }

    /** Takes all up to a number for printed. */
    void skipTo(long seqno) {
        printed = Math.max(printed, seqno);
    }

    /** Prints a line unless it was. */
    void print(LineRecord record) {
        if (record.seqno() <= printed) {
            return;
        }
        byte[] text = record.text();
        int from = 0;
        if (torn.length > 0) {
            from = begun(text);
            torn = new byte[0];
        }
        waiting.write(text, from, text.length - from);
        printed = record.seqno();
    }

    /** How much of a line stands in the output already. */
    private int begun(byte[] text) {
        if (torn.length < text.length && Arrays.equals(torn, 0, torn.length, text, 0, torn.length)) {
            return torn.length;
        }
        LOG.warn(
                "standard output ends with {} bytes that begin no line; the next line follows on a new one",
                torn.length);
        waiting.write('\n');
        return 0;
    }

    /** Bytes that wait to be written. */
    int waiting() {
        return waiting.size();
    }

    /** Writes what was printed. */
    void flush() throws IOException {
        if (waiting.size() > 0) {
            waiting.writeTo(out);
            waiting.reset();
        }
        out.flush();
    }
}
