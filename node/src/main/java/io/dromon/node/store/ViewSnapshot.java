package io.dromon.node.store;

import java.util.Iterator;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Reads of one view of the engine. */
final class ViewSnapshot implements Snapshot, AutoCloseable {
    private final StorageEngine.View view;
    private final long seqno;
    private final int restores;

    ViewSnapshot(StoreApplication.At at) {
        this.view = at.view();
        this.restores = at.restores();
        this.seqno = Math.max(0, at.seqno());
    }

    @Override
    public long seqno() {
        return seqno;
    }

    /** {@link Storage#restores} before it was taken. */
    int restores() {
        return restores;
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
        return Optional.ofNullable(view.get(key));
    }

    @Override
    public Stream<Entry> scan(byte[] from, byte[] to) {
        return stream(iterator(from, to));
    }

    Iterator<Entry> iterator(byte[] from, byte[] to) {
        return view.scan(from, bound(to));
    }

    /** As the engine takes it. */
    static byte @Nullable [] bound(byte[] to) {
        return to.length == 0 ? null : to;
    }

    static Stream<Entry> stream(Iterator<Entry> entries) {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(
                        entries, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.DISTINCT),
                false);
    }

    @Override
    public void close() {
        view.close();
    }
}
