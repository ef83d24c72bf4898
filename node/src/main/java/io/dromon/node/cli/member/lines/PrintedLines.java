package io.dromon.node.cli.member.lines;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * What the end of an output file tells of earlier starts.
 *
 * @param seqno of the last whole line, -1 if there is none, {@link #UNKNOWN} if it is no line of the order
 * @param line the last whole line with its line feed; empty without one
 * @param torn what follows it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PrintedLines(long seqno, byte[] line, byte[] torn) {
    /** The seqno of a line that has none. */
    static final long UNKNOWN = -2;

    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");
    private static final int FIRST_LOOK = 1 << 16;
    private static final int MOST_DIGITS = 18;

    /** Of this process; empty if standard output is no file, an empty one, or one that may not be read. */
    static Optional<PrintedLines> ofStandardOutput() {
        try {
            return Files.isRegularFile(STANDARD_OUTPUT) ? of(STANDARD_OUTPUT) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Of a file; empty if that is. */
    static Optional<PrintedLines> of(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size == 0) {
                return Optional.empty();
            }
            for (long look = FIRST_LOOK; ; look *= 4) {
                byte[] tail = tail(channel, size, Math.min(look, size));
                int end = lastLineFeed(tail, tail.length);
                int begin = end < 0 ? -1 : lastLineFeed(tail, end);
                if (begin >= 0 || tail.length == size) {
                    return Optional.of(of(tail, begin + 1, end + 1));
                }
            }
        }
    }

    private static PrintedLines of(byte[] tail, int begin, int end) {
        byte[] line = Arrays.copyOfRange(tail, begin, end);
        return new PrintedLines(line.length == 0 ? -1 : seqno(line), line, Arrays.copyOfRange(tail, end, tail.length));
    }

    private static byte[] tail(FileChannel channel, long size, long count) throws IOException {
        ByteBuffer tail = ByteBuffer.allocate(Math.toIntExact(count));
        long at = size - count;
        while (tail.hasRemaining()) {
            int read = channel.read(tail, at);
            if (read < 0) {
                throw new IOException("the file became shorter");
            }
            at += read;
        }
        return tail.array();
    }

    private static int lastLineFeed(byte[] bytes, int before) {
        int at = before - 1;
        while (at >= 0 && bytes[at] != '\n') {
            at--;
        }
        return at;
    }

    private static long seqno(byte[] line) {
        int digits = 0;
        while (digits < line.length && line[digits] >= '0' && line[digits] <= '9') {
            digits++;
        }
        boolean number = digits > 0 && digits <= MOST_DIGITS && digits < line.length && line[digits] == '\t';
        return number ? Long.parseLong(new String(line, 0, digits, StandardCharsets.US_ASCII)) : UNKNOWN;
    }
}
