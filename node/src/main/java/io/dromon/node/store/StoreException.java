package io.dromon.node.store;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The reason why a store cannot be opened, read or written. The message says what was tried and what to do. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What a program can react to. */
    public enum Reason {
        /** No space is left where the store is. The node has stopped; after there is room again it can be started. */
        DISK_FULL,
        /** Files of the store are damaged. Remove the store's directory: the node gets its state from another one. */
        CORRUPT,
        /** The store holds the state of another cluster, and nobody has given this node the state of this one. */
        OTHER_CLUSTER,
        /** The directory holds something that is no store. */
        NOT_A_STORE,
        /** The directory, or the state that a donor gives, was made by another storage engine or a newer version. */
        OTHER_FORMAT,
        /** Another node has the directory open. */
        IN_USE,
        /** The library of the storage engine is not on the class path, or does not run here. */
        LIBRARY_MISSING,
        /** The cluster has ordered what this store was not given. */
        GAP,
        /** A write-set holds no change of a store: another application is a member of the group. */
        MALFORMED_CHANGE,
        /** Reading or writing failed otherwise. */
        IO,
        /** The store was closed. */
        CLOSED
    }

    private final Reason reason;

    StoreException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    StoreException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What a program can react to. */
    public Reason reason() {
        return reason;
    }

    /** The one among the causes of {@code failure}, which a node may have wrapped; empty if there is none. */
    public static Optional<StoreException> in(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StoreException found) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    /** Of a failed access to files; {@code what} was tried. */
    static StoreException of(String what, IOException cause) {
        String text = cause instanceof FileSystemException file && file.getReason() != null
                ? file.getFile() + ": " + file.getReason()
                : String.valueOf(cause.getMessage());
        return text.toLowerCase(Locale.ROOT).contains("no space left")
                ? diskFull(what, cause)
                : new StoreException(Reason.IO, what + " failed: " + text, cause);
    }

    static StoreException diskFull(String what, Throwable cause) {
        return new StoreException(
                Reason.DISK_FULL, what + " failed: no space is left there. Make room and start the node again", cause);
    }

    static StoreException closed() {
        return new StoreException(Reason.CLOSED, "the store was closed");
    }
}
