package io.dromon.node.rebootstrap;

import io.dromon.node.rebootstrap.core.JournalRecord;
import io.dromon.transport.recovery.DurableFile;
import io.dromon.transport.recovery.FileTrust;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The journal of a procedure: a line of JSON for each record, behind its digest ({@link Chain}). Only added to; what {@link
 * #append} has returned from is on the disk. A last line without its line feed was never acted upon, and is dropped;
 * anything else that is not as it was written is refused. One process at a time has it open. Not safe for threads.
 */
public final class JournalFile implements AutoCloseable {
    /** A run has some hundred records of some hundred bytes, and a plan some hundred KB. */
    private static final long MOST_BYTES = 64L << 20;

    private final Path path;
    private final FileChannel file;
    private final Chain chain = new Chain();
    private final List<JournalRecord> records = new ArrayList<>();
    private boolean broken;

    private JournalFile(Path path, FileChannel file) {
        this.path = path;
        this.file = file;
    }

    /**
     * Begins a journal.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is a file: a journal is never begun anew
     */
    public static JournalFile create(Path path) throws IOException {
        JournalFile journal = new JournalFile(
                path,
                FileChannel.open(
                        path,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                        FileTrust.PRIVATE_FILE));
        return journal.opened(() -> DurableFile.syncDirectory(path));
    }

    /**
     * Opens a journal to go on with it.
     *
     * @throws FileSystemException with the line and what is wrong with it, if it is damaged, of another user, or in use
     */
    public static JournalFile open(Path path) throws IOException {
        JournalFile journal = new JournalFile(
                path,
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
        return journal.opened(journal::read);
    }

    private interface Opening {
        void run() throws IOException;
    }

    private JournalFile opened(Opening opening) throws IOException {
        try {
            lock();
            opening.run();
            return this;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void lock() throws IOException {
        FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw problem("another coordinator has it open; wait for its end, or end its process");
        }
        String foreign = FileTrust.foreignOwner(path).orElse(null);
        if (foreign != null) {
            throw problem("it belongs to " + foreign + "; run as that user, or as root");
        }
    }

    private void read() throws IOException {
        long size = file.size();
        if (size > MOST_BYTES) {
            throw problem("it has more than " + MOST_BYTES + " bytes: it is no journal of a re-bootstrap");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) size);
        while (bytes.hasRemaining() && file.read(bytes) >= 0) {
            // until all is there
        }
        int begin = 0;
        for (int end = 0; end < bytes.position(); end++) {
            if (bytes.get(end) == '\n') {
                add(bytes.slice(begin, end - begin));
                begin = end + 1;
            }
        }
        if (begin < size) {
            file.truncate(begin); // what a crash has left of the last record
            file.force(true);
        }
        file.position(begin);
    }

    private void add(ByteBuffer line) throws IOException {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(line).toString();
            records.add(RecordText.read(chain.text(text), JournalRecord.class));
        } catch (CharacterCodingException | IllegalArgumentException e) {
            throw problem("line " + (records.size() + 1) + " is damaged: " + e.getMessage()
                    + ". Take the copy that is whole, or keep this one and put the nodes right by hand");
        }
    }

    private FileSystemException problem(String reason) {
        return new FileSystemException(path.toString(), null, reason);
    }

    /** All records that the file had when it was opened, and those that were appended since. */
    public List<JournalRecord> records() {
        return List.copyOf(records);
    }

    /**
     * Adds a record; it is on the disk when this returns.
     *
     * @throws IOException if it may not be: what follows the record must not be done, and no further one is taken
     */
    public void append(JournalRecord record) throws IOException {
        if (broken) {
            throw problem("a record before this one could not be written; --resume when there is room");
        }
        broken = true;
        ByteBuffer line = StandardCharsets.UTF_8.encode(chain.line(RecordText.write(record)));
        while (line.hasRemaining()) {
            file.write(line);
        }
        file.force(true);
        broken = false;
        records.add(record);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
