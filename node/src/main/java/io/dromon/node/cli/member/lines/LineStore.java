package io.dromon.node.cli.member.lines;

import io.dromon.transport.recovery.FileTrust;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The lines in the files of a directory, in the order of their seqnos; see the package. Nothing is changed on disk before the
 * first write, so that looking at the directory of a node that runs harms nothing. For one thread, but for {@link #sync}, which
 * another one may call.
 *
 * <pre>
 *  lines            counts
 *  lines.previous   counts where there are no lines: a crash between the two renames of a restore; else removed
 *  lines.next       the state of a donor before the first of these renames; removed
 * </pre>
 */
final class LineStore implements AutoCloseable {
    /** A segment that is larger is followed by another one. */
    private static final long SEGMENT_BYTES = 64 << 20;

    private static final int BUFFER_BYTES = 1 << 16;
    private static final Set<OpenOption> APPEND = Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> CREATE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final Path directory;
    private final Path previous;
    private final Path next;
    private final long segmentBytes;
    /** Those that are whole, in order; the last one grows. */
    private final List<Segment> segments;

    private UUID history;
    private long last;
    private boolean repaired;
    private @Nullable FileChannel growing;
    private long written;
    /** Segments before this one are synced. */
    private int unsynced;
    /** Names in the directory, and its own, are synced. */
    private boolean namesSynced;
    /** Changes when the segments are those of another state. */
    private int state;

    private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

    private LineStore(Path directory, long segmentBytes, List<Segment> segments) {
        this.directory = directory;
        this.previous = sibling(directory, ".previous");
        this.next = sibling(directory, ".next");
        this.segmentBytes = segmentBytes;
        this.segments = segments;
        this.history = segments.isEmpty() ? Uuids.NIL : segments.get(0).history();
        this.last = segments.isEmpty() ? -1 : segments.get(segments.size() - 1).last();
    }

    /**
     * Reads what is there.
     *
     * @param directory need not exist
     * @throws IOException if it cannot be read
     */
    static LineStore open(Path directory) throws IOException {
        return open(directory, SEGMENT_BYTES);
    }

    /** @param segmentBytes after how many bytes a segment is followed by another one */
    static LineStore open(Path directory, long segmentBytes) throws IOException {
        Path before = sibling(directory, ".previous");
        boolean between = !Files.isDirectory(directory) && Files.isDirectory(before);
        return new LineStore(directory, segmentBytes, scan(between ? before : directory));
    }

    private static Path sibling(Path directory, String suffix) {
        return directory.resolveSibling(directory.getFileName() + suffix);
    }

    /** The segments that fit each other, from the first one on. */
    private static List<Segment> scan(Path directory) throws IOException {
        List<Segment> whole = new ArrayList<>();
        for (Path file : files(directory)) {
            Segment segment = Segment.read(file, record -> {});
            if (segment == null || !follows(whole, segment)) {
                break;
            }
            whole.add(segment);
        }
        return whole;
    }

    private static boolean follows(List<Segment> whole, Segment segment) {
        if (whole.isEmpty()) {
            return true;
        }
        Segment before = whole.get(whole.size() - 1);
        return segment.history().equals(before.history()) && segment.base() == before.last();
    }

    private static List<Path> files(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().endsWith(Segment.SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    /** The last line, or where the state begins if it has none; {@link Position#NONE} if there is no state. */
    synchronized Position position() {
        return new Position(history, last);
    }

    /** Whether there is no state, not even one without lines. */
    synchronized boolean isEmpty() {
        return history.equals(Uuids.NIL);
    }

    /** Whether there is a line. */
    synchronized boolean hasLines() {
        return !segments.isEmpty() && last > segments.get(0).base();
    }

    /**
     * Begins the state of a history, where there is no line of another one.
     *
     * @param base the number behind which lines may follow
     */
    synchronized void begin(UUID newHistory, long base) throws IOException {
        if (hasLines()) {
            throw new IllegalStateException("there are lines of " + history);
        }
        closeSegment();
        segments.clear();
        changeState();
        repaired = false;
        repair();
        history = newHistory;
        last = base;
        openSegment();
    }

    /** Adds a line behind the last one; it is written with the next {@link #flush}, or before. */
    synchronized void append(LineRecord record) throws IOException {
        if (record.seqno() <= last) {
            throw new IllegalStateException("line " + record.seqno() + " comes behind " + last);
        }
        int length = LineRecord.HEAD + record.bodyLength();
        if (length > buffer.remaining()) {
            flush();
            if (length > buffer.capacity()) {
                buffer = ByteBuffer.allocate(length);
            }
        }
        record.write(buffer);
        last = record.seqno();
    }

    /** Bytes that wait to be written. */
    synchronized int waiting() {
        return buffer.position();
    }

    /** Gives what was added to the system. */
    synchronized void flush() throws IOException {
        if (buffer.position() == 0) {
            return;
        }
        repair();
        FileChannel out = growing;
        if (out == null) {
            out = reopen();
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
            written += out.write(buffer);
        }
        buffer = buffer.capacity() > BUFFER_BYTES ? ByteBuffer.allocate(BUFFER_BYTES) : buffer.clear();
        Segment segment = segments.remove(segments.size() - 1);
        segments.add(new Segment(segment.file(), segment.history(), segment.base(), last, written));
        if (written >= segmentBytes) {
            openSegment();
        }
    }

    /** Gives all lines behind a number, in order. */
    synchronized void forEachBehind(long seqno, Segment.Visitor visitor) throws IOException {
        flush();
        for (Segment segment : List.copyOf(segments)) {
            if (segment.last() > seqno) {
                Segment unused = Segment.read(located(segment), record -> {
                    if (record.seqno() > seqno && record.seqno() <= segment.last()) {
                        visitor.accept(record);
                    }
                });
            }
        }
    }

    /** Until the repair the files may lie where a restore was cut off. */
    private Path located(Segment segment) {
        return repaired ? directory.resolve(segment.file().getFileName()) : segment.file();
    }

    /** Makes a directory with the state as of now: files that do not change any more. */
    synchronized void linkTo(Path target) throws IOException {
        flush();
        repair();
        if (!segments.isEmpty() && lastSegment().last() > lastSegment().base()) {
            openSegment(); // the one that grew stands still from now on
        }
        Files.createDirectory(target, FileTrust.PRIVATE_DIRECTORY);
        for (Segment segment : segments) {
            Path file = located(segment);
            Path name = target.resolve(file.getFileName());
            if (segment.equals(lastSegment())) {
                Files.copy(file, name); // its header
            } else {
                LineFiles.link(file, name);
            }
        }
    }

    private Segment lastSegment() {
        return segments.get(segments.size() - 1);
    }

    /**
     * Takes what {@link #linkTo} has made in the place of all lines, or changes nothing.
     *
     * @param source is moved away
     * @throws IOException if it is not whole, or cannot be moved
     */
    synchronized void replaceBy(Path source) throws IOException {
        List<Segment> theirs = scan(source);
        List<Path> files = files(source);
        boolean whole = theirs.size() == files.size();
        for (Segment segment : theirs) {
            whole &= segment.length() == Files.size(segment.file());
        }
        if (!whole) {
            throw new IOException("the snapshot in " + source + " is damaged: of " + files.size() + " files "
                    + theirs.size() + " fit, and not all are whole");
        }
        flush();
        repair();
        closeSegment();
        Files.move(source, next, StandardCopyOption.ATOMIC_MOVE);
        Files.setPosixFilePermissions(next, FileTrust.PRIVATE_DIRECTORY.value());
        if (Files.isDirectory(directory)) {
            Files.move(directory, previous, StandardCopyOption.ATOMIC_MOVE);
        }
        try {
            Files.move(next, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (Files.isDirectory(previous)) {
                Files.move(previous, directory, StandardCopyOption.ATOMIC_MOVE);
            }
            throw e;
        }
        LineFiles.syncDirectory(parent());
        segments.clear();
        changeState();
        segments.addAll(theirs);
        history = theirs.isEmpty() ? Uuids.NIL : theirs.get(0).history();
        last = theirs.isEmpty() ? -1 : lastSegment().last();
        LineFiles.remove(previous);
    }

    /** Brings the directory to what was read of it. */
    private void repair() throws IOException {
        if (repaired) {
            return;
        }
        if (!Files.isDirectory(directory) && Files.isDirectory(previous)) {
            Files.move(previous, directory, StandardCopyOption.ATOMIC_MOVE);
        }
        LineFiles.remove(previous);
        LineFiles.remove(next);
        if (!Files.isDirectory(directory)) {
            Path unused = Files.createDirectory(directory, FileTrust.PRIVATE_DIRECTORY);
        }
        repaired = true;
        List<Path> files = files(directory);
        for (Path file : files.subList(segments.size(), files.size())) {
            Files.delete(file);
        }
    }

    private FileChannel reopen() throws IOException {
        if (segments.isEmpty()) {
            throw new IllegalStateException("lines of no history");
        }
        Segment segment = lastSegment();
        FileChannel out = FileChannel.open(located(segment), APPEND);
        growing = out;
        written = segment.length();
        out.truncate(written).position(written);
        return out;
    }

    private void openSegment() throws IOException {
        closeSegment();
        Path file = directory.resolve(Segment.name(last));
        FileChannel out = FileChannel.open(file, CREATE, FileTrust.PRIVATE_FILE);
        growing = out;
        ByteBuffer header = Segment.header(history, last);
        while (header.hasRemaining()) {
            int unused = out.write(header);
        }
        written = Segment.HEADER;
        segments.add(new Segment(file, history, last, last, written));
        namesSynced = false;
    }

    private void closeSegment() throws IOException {
        if (growing != null) {
            growing.close();
            growing = null;
        }
    }

    private void changeState() {
        state++;
        unsynced = 0;
        namesSynced = false;
    }

    /** What is to be synced, as of one moment. */
    private record Unsynced(List<Path> files, boolean names, int from, int state) {}

    /**
     * Makes durable all that was added before the call. Any thread, one call at a time; lines may be added meanwhile.
     *
     * @throws IOException if it is not certain that it is
     */
    void sync() throws IOException {
        while (true) {
            Unsynced what = unsynced();
            try {
                for (Path file : what.files()) {
                    LineFiles.syncFile(file);
                }
                if (what.names()) {
                    LineFiles.syncDirectory(directory);
                    LineFiles.syncDirectory(parent());
                }
            } catch (NoSuchFileException e) {
                if (isState(what.state())) {
                    throw e;
                }
                continue; // another state has taken its place
            }
            if (confirm(what)) {
                return;
            }
        }
    }

    private synchronized Unsynced unsynced() throws IOException {
        flush();
        repair();
        boolean names = !namesSynced;
        namesSynced = true; // until another name comes in; see confirm
        return new Unsynced(
                segments.subList(unsynced, segments.size()).stream()
                        .map(this::located)
                        .toList(),
                names,
                unsynced,
                state);
    }

    private synchronized boolean isState(int number) {
        return state == number;
    }

    /** Returns whether what was synced is the state. The last of the files may grow, and is synced again. */
    private synchronized boolean confirm(Unsynced done) {
        if (state != done.state()) {
            return false;
        }
        unsynced = done.from() + Math.max(0, done.files().size() - 1);
        return true;
    }

    private Path parent() {
        return directory.toAbsolutePath().resolveSibling(".").normalize();
    }

    @Override
    public synchronized void close() throws IOException {
        flush();
        closeSegment();
    }
}
