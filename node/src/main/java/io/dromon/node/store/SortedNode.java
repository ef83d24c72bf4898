package io.dromon.node.store;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A node of an immutable sorted map, an AVL tree; null is the empty map. A change makes a new map that shares all but
 * one path with the old one, so that a reader keeps its version for nothing.
 */
final class SortedNode {
    private final Entry entry;
    private final @Nullable SortedNode left;
    private final @Nullable SortedNode right;
    private final int height;

    private SortedNode(Entry entry, @Nullable SortedNode left, @Nullable SortedNode right) {
        this.entry = entry;
        this.left = left;
        this.right = right;
        this.height = 1 + Math.max(height(left), height(right));
    }

    private static int height(@Nullable SortedNode node) {
        return node == null ? 0 : node.height;
    }

    /** Levels of the map: at most 1.45 times the logarithm of its size. */
    static int levels(@Nullable SortedNode map) {
        return height(map);
    }

    static byte @Nullable [] get(@Nullable SortedNode map, byte[] key) {
        SortedNode node = map;
        while (node != null) {
            int order = Change.KEY_ORDER.compare(key, node.entry.key());
            if (order == 0) {
                return node.entry.value();
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    static SortedNode put(@Nullable SortedNode map, Entry entry) {
        if (map == null) {
            return new SortedNode(entry, null, null);
        }
        int order = Change.KEY_ORDER.compare(entry.key(), map.entry.key());
        if (order == 0) {
            return new SortedNode(entry, map.left, map.right);
        }
        return order < 0
                ? balanced(map.entry, put(map.left, entry), map.right)
                : balanced(map.entry, map.left, put(map.right, entry));
    }

    static @Nullable SortedNode remove(@Nullable SortedNode map, byte[] key) {
        if (map == null) {
            return null;
        }
        int order = Change.KEY_ORDER.compare(key, map.entry.key());
        if (order < 0) {
            SortedNode rest = remove(map.left, key);
            return rest == map.left ? map : balanced(map.entry, rest, map.right);
        } else if (order > 0) {
            SortedNode rest = remove(map.right, key);
            return rest == map.right ? map : balanced(map.entry, map.left, rest);
        }
        if (map.left == null) {
            return map.right;
        } else if (map.right == null) {
            return map.left;
        }
        SortedNode next = map.right;
        while (next.left != null) {
            next = next.left;
        }
        return balanced(next.entry, map.left, remove(map.right, next.entry.key()));
    }

    /** The heights of the parts differ by 2 at most. */
    private static SortedNode balanced(Entry entry, @Nullable SortedNode left, @Nullable SortedNode right) {
        if (left != null && left.height > height(right) + 1) {
            if (left.right != null && left.right.height > height(left.left)) {
                SortedNode middle = left.right;
                return new SortedNode(
                        middle.entry,
                        new SortedNode(left.entry, left.left, middle.left),
                        new SortedNode(entry, middle.right, right));
            }
            return new SortedNode(left.entry, left.left, new SortedNode(entry, left.right, right));
        }
        if (right != null && right.height > height(left) + 1) {
            if (right.left != null && right.left.height > height(right.right)) {
                SortedNode middle = right.left;
                return new SortedNode(
                        middle.entry,
                        new SortedNode(entry, left, middle.left),
                        new SortedNode(right.entry, middle.right, right.right));
            }
            return new SortedNode(right.entry, new SortedNode(entry, left, right.left), right.right);
        }
        return new SortedNode(entry, left, right);
    }

    /**
     * The entries with {@code from <= key < to}, ascending.
     *
     * @param to null for no upper bound
     */
    static Iterator<Entry> scan(@Nullable SortedNode map, byte[] from, byte @Nullable [] to) {
        return new Scan(map, from, to);
    }

    private static final class Scan implements Iterator<Entry> {
        /** The next node on top, below it those whose right parts it is not in. */
        private final ArrayDeque<SortedNode> path = new ArrayDeque<>();

        private final byte @Nullable [] to;

        Scan(@Nullable SortedNode map, byte[] from, byte @Nullable [] to) {
            this.to = to;
            SortedNode node = map;
            while (node != null) {
                if (Change.KEY_ORDER.compare(node.entry.key(), from) >= 0) {
                    path.push(node);
                    node = node.left;
                } else {
                    node = node.right;
                }
            }
        }

        @Override
        public boolean hasNext() {
            SortedNode next = path.peek();
            return next != null && (to == null || Change.KEY_ORDER.compare(next.entry.key(), to) < 0);
        }

        @Override
        public Entry next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            SortedNode next = path.pop();
            for (SortedNode node = next.right; node != null; node = node.left) {
                path.push(node);
            }
            return next.entry;
        }
    }
}
