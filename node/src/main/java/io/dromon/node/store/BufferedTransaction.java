package io.dromon.node.store;

import io.dromon.node.WriteSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A transaction: reads of one snapshot, writes in a buffer, and what both are worth in keys of a write-set. */
final class BufferedTransaction implements Transaction, AutoCloseable {
    private final ViewSnapshot snapshot;
    private final boolean certifiesReads;
    private final TreeMap<byte[], Change> writes = new TreeMap<>(Change.KEY_ORDER);
    private final TreeSet<byte[]> reads = new TreeSet<>(Change.KEY_ORDER);
    private final TreeSet<byte[]> scannedBranches = new TreeSet<>(Change.KEY_ORDER);
    private boolean scannedAll;
    private boolean open = true;

    BufferedTransaction(ViewSnapshot snapshot, Isolation isolation) {
        this.snapshot = snapshot;
        this.certifiesReads = isolation == Isolation.SERIALIZABLE;
    }

    @Override
    public long seqno() {
        return snapshot.seqno();
    }

    /** {@link Storage#restores} before its snapshot was taken. */
    int restores() {
        return snapshot.restores();
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
        checkOpen();
        Change own = writes.get(key);
        if (own != null) {
            byte[] value = own.value();
            return value == null ? Optional.empty() : Optional.of(value.clone());
        }
        if (certifiesReads) {
            reads.add(key.clone());
        }
        return snapshot.get(key);
    }

    @Override
    public Stream<Entry> scan(byte[] from, byte[] to) {
        checkOpen();
        if (to.length > 0 && Change.KEY_ORDER.compare(from, to) >= 0) {
            return Stream.empty();
        }
        if (!certifiesReads) {
            return merged(from, to);
        } else if (StoreKeys.isOneBranch(from, to)) {
            scannedBranches.add(StoreKeys.branchOf(from));
        } else {
            scannedAll = true;
        }
        return merged(from, to);
    }

    private Stream<Entry> merged(byte[] from, byte[] to) {
        Iterator<Entry> stored = snapshot.iterator(from, to);
        SortedMap<byte[], Change> range = to.length == 0 ? writes.tailMap(from) : writes.subMap(from, to);
        return ViewSnapshot.stream(
                range.isEmpty()
                        ? stored
                        : new OwnWritesFirst(stored, List.copyOf(range.values()).iterator()));
    }

    @Override
    public void put(byte[] key, byte[] value) {
        write(new Change(checked(key), value.clone()));
    }

    @Override
    public void delete(byte[] key) {
        write(new Change(checked(key), null));
    }

    private void write(Change change) {
        checkOpen();
        writes.put(change.key(), change);
    }

    private static byte[] checked(byte[] key) {
        if (key.length == 0 || key.length > MAX_KEY_BYTES) {
            throw new IllegalArgumentException(
                    "a key of " + key.length + " bytes: 1 to " + MAX_KEY_BYTES + " are allowed");
        }
        return key.clone();
    }

    private void checkOpen() {
        if (!open) {
            throw new IllegalStateException("the transaction is over");
        }
    }

    /** What is to be replicated; null if nothing was written. */
    @Nullable
    WriteSet writeSet() {
        return writeSetBasedOn(seqno());
    }

    /** The same, based on another number than that of the snapshot. */
    @Nullable
    WriteSet writeSetBasedOn(long seqno) {
        if (writes.isEmpty()) {
            return null;
        }
        WriteSet.Builder change = WriteSet.builder().basedOn(seqno).data(ChangeCodec.encode(writes.values()));
        if (scannedAll) {
            change.key(StoreKeys.all());
        }
        scannedBranches.forEach(branch -> change.key(StoreKeys.branch(branch)));
        writes.keySet().forEach(key -> change.key(StoreKeys.of(WriteSet.Key.Type.EXCLUSIVE, key)));
        for (byte[] key : reads) {
            if (!writes.containsKey(key)) {
                change.key(StoreKeys.of(WriteSet.Key.Type.SHARED, key));
            }
        }
        return change.build();
    }

    @Override
    public void close() {
        open = false;
        snapshot.close();
    }

    /** Two ascending sequences as one; of two of the same key the own one counts, and a removal is left out. */
    private static final class OwnWritesFirst implements Iterator<Entry> {
        private final Iterator<Entry> stored;
        private final Iterator<Change> own;
        private @Nullable Entry nextStored;
        private @Nullable Change nextOwn;
        private @Nullable Entry next;

        OwnWritesFirst(Iterator<Entry> stored, Iterator<Change> own) {
            this.stored = stored;
            this.own = own;
            this.nextOwn = own.next();
            advanceStored();
            advance();
        }

        private void advanceStored() {
            nextStored = stored.hasNext() ? stored.next() : null;
        }

        private void advance() {
            next = null;
            while (next == null && (nextStored != null || nextOwn != null)) {
                Entry entry = nextStored;
                Change change = nextOwn;
                int order =
                        entry == null ? 1 : change == null ? -1 : Change.KEY_ORDER.compare(entry.key(), change.key());
                if (order <= 0) {
                    advanceStored();
                }
                if (order < 0) {
                    next = entry;
                } else if (change != null) {
                    nextOwn = own.hasNext() ? own.next() : null;
                    byte[] value = change.value();
                    next = value == null ? null : new Entry(change.key().clone(), value.clone());
                }
            }
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Entry next() {
            Entry entry = next;
            if (entry == null) {
                throw new NoSuchElementException();
            }
            advance();
            return entry;
        }
    }
}
