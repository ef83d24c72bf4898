package io.dromon.node.cache;

import io.dromon.node.cache.SegmentFormat.Header;
import io.dromon.node.cache.SegmentFormat.Seal;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Reads a cache again at start. Of the newest chain it keeps the records without a gap up to the newest one that is whole,
 * if they belong to the history; everything else is deleted. Sealed segments are believed, others are read: one after a
 * kill, none after an orderly end, more after a crash of the machine.
 */
final class CacheRecovery {
    private final CacheFiles files;
    private final UUID history;
    private final long upTo;
    private final List<String> notes = new ArrayList<>();
    private long highestChain;
    private boolean undeletable;

    /**
     * @param upTo records behind it are dropped; {@link Long#MAX_VALUE} for none
     */
    CacheRecovery(CacheFiles files, UUID history, long upTo) {
        this.files = files;
        this.history = history;
        this.upTo = upTo;
    }

    /**
     * What was found.
     *
     * @param kept oldest first
     * @param chain to be used for what is appended
     * @param notes what was dropped and why, for the log
     */
    record Found(List<Segment> kept, long chain, List<String> notes) {}

    /** A file with a good header. */
    private record Candidate(Header header, Optional<Seal> seal, long fileBytes) {}

    /** Keeps nothing: for a node that does not want it. */
    Found discard() throws IOException {
        for (String name : files.names()) {
            examine(name);
            drop(name, "gcache.recover is off");
        }
        return new Found(List.of(), highestChain + 1, List.of());
    }

    Found run() throws IOException {
        List<Candidate> candidates = candidates();
        ArrayDeque<Segment> kept = new ArrayDeque<>();
        String ended = "";
        for (int i = candidates.size() - 1; i >= 0; i--) { // the newest first
            Candidate candidate = candidates.get(i);
            if (ended.isEmpty()) {
                ended = add(candidate, kept);
            } else {
                drop(candidate.header.fileName(), ended);
            }
        }
        if (undeletable) { // what stays would be read together with what comes
            kept.forEach(segment -> drop(segment.fileName, "other files cannot be deleted"));
            kept.clear();
        }
        return new Found(List.copyOf(kept), kept.isEmpty() ? highestChain + 1 : highestChain, notes);
    }

    /** The files of the newest chain, oldest first. */
    private List<Candidate> candidates() throws IOException {
        List<Candidate> all = new ArrayList<>();
        for (String name : files.names()) {
            examine(name).ifPresent(all::add);
        }
        keep(all, candidate -> candidate.header.chain() == highestChain, "is of an older run of the cache");
        keep(all, candidate -> candidate.header.history().equals(history), "is of another history");
        keep(all, candidate -> candidate.header.firstSeqno() <= upTo, "is behind the position of this node, " + upTo);
        return all;
    }

    private void keep(List<Candidate> all, Predicate<Candidate> which, String otherwise) {
        all.removeIf(candidate -> {
            boolean other = !which.test(candidate);
            if (other) {
                drop(candidate.header.fileName(), otherwise);
            }
            return other;
        });
    }

    private Optional<Candidate> examine(String name) {
        try (CacheFiles.OpenFile file = files.open(name, false)) {
            long size = file.size();
            ByteBuffer begin = ByteBuffer.allocate((int) Math.min(size, SegmentFormat.RECORDS_AT));
            CacheFiles.readFully(file, begin, 0);
            Bytes bytes = new Bytes(begin.array());
            Header header = SegmentFormat.header(bytes);
            if (!header.fileName().equals(name)) {
                throw new MalformedMessageException("is the segment " + header.fileName());
            }
            highestChain = Math.max(highestChain, header.chain());
            Optional<Seal> seal = SegmentFormat.seal(bytes, header).filter(found -> found.end() <= size);
            return Optional.of(new Candidate(header, seal, size));
        } catch (IOException | MalformedMessageException e) {
            drop(name, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /**
     * Puts a segment in front of those that are kept, with those of its records that are good.
     *
     * @return why those before it cannot be kept; empty if they may be
     */
    private String add(Candidate candidate, ArrayDeque<Segment> kept) {
        String name = candidate.header.fileName();
        Optional<Seal> seal = candidate.seal.filter(found -> found.lastSeqno() <= upTo);
        Seal content = seal.orElseGet(() -> scan(candidate));
        if (content.lastSeqno() < candidate.header.firstSeqno()) {
            drop(name, "holds no record that can be used");
            return kept.isEmpty() ? "" : "is behind a gap";
        }
        if (!kept.isEmpty() && content.lastSeqno() + 1 != kept.peek().first()) {
            drop(
                    name,
                    "ends at " + content.lastSeqno() + ", the next one begins at "
                            + kept.peek().first());
            return "is behind a gap";
        }
        if (seal.isEmpty() && content.end() < candidate.fileBytes && !cut(name, content.end())) {
            drop(name, "cannot be cut");
            return "is behind a gap";
        }
        kept.addFirst(Segment.found(candidate.header, content, seal.isPresent()));
        return "";
    }

    /** The records of a segment that are whole, up to the first that is not. */
    private Seal scan(Candidate candidate) {
        String name = candidate.header.fileName();
        long last = candidate.header.firstSeqno() - 1;
        long end = SegmentFormat.RECORDS_AT;
        try (CacheFiles.OpenFile file = files.open(name, false)) {
            RecordReader reader = new RecordReader(
                    (offset, atLeast) -> RecordReader.read(file, offset, atLeast, candidate.fileBytes), last + 1);
            while (last < upTo && reader.next() != null) {
                last++;
                end = reader.offset();
            }
        } catch (IOException | MalformedMessageException e) {
            notes.add(name + ": records up to " + last + " are whole; then " + e.getMessage());
        }
        return new Seal(last, end);
    }

    /** Makes a file end where its last record ends that is kept, and takes its seal away first. */
    private boolean cut(String name, long end) {
        try (CacheFiles.OpenFile file = files.open(name, true)) {
            CacheFiles.writeFully(
                    file, ByteBuffer.allocate(SegmentFormat.RECORDS_AT - SegmentFormat.SEAL_AT), SegmentFormat.SEAL_AT);
            file.truncate(end);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void drop(String name, String why) {
        notes.add(name + " " + why + ": dropped");
        try {
            files.delete(name);
        } catch (IOException e) {
            undeletable = true;
            notes.add(name + " cannot be deleted: " + e);
        }
    }
}
