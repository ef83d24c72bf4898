package io.dromon.config;

/**
 * Dromon's support of an option.
 *
 * @param level whether it has an effect
 * @param part the part of Dromon that honours it, or that it will belong to
 * @param note the reason, where it has no effect; empty otherwise
 */
public record Support(Level level, Part part, String note) {
    /** Whether an option has an effect. */
    public enum Level {
        /** The part does what the option says. */
        HONOURED,
        /** Read and checked, without an effect so far; a warning says so at start. */
        NOT_YET,
        /** Read and checked, without an effect, now and later; a warning says so at start. */
        NO_EFFECT,
        /** Another value than the default stops the start: the node could not serve its peers. */
        REFUSED
    }

    /** The parts of Dromon. */
    public enum Part {
        /** Options files, addresses, defaults of other options. */
        CONFIG,
        /** Datagram framing and checksums. */
        WIRE,
        /** Sockets: listener, dialler, probe. */
        LINK,
        /** Certificates, keys, protocols. */
        TLS,
        /** The mesh of links (gmcast). */
        MESH,
        /** Extended virtual synchrony. */
        EVS,
        /** The primary component. */
        PRIMARY,
        /** Actions, state exchange, flow control (GCS). */
        GROUP,
        /** The node's public face: delivery, state, metrics. */
        NODE,
        /** The format of write-sets. */
        WRITESET,
        /** Certification. */
        CERTIFICATION,
        /** The write-set cache (gcache). */
        CACHE,
        /** Incremental state transfer. */
        IST,
        /** State snapshot transfer. */
        SST,
        /** The admin listener. */
        ADMIN,
        /** No part of Dromon. */
        NONE
    }

    @Override
    public String toString() {
        String text = switch (level) {
            case HONOURED -> "honoured by " + lower(part);
            case NOT_YET -> "not yet (" + lower(part) + ")";
            case NO_EFFECT -> "no effect";
            case REFUSED -> "refused";
        };
        return note.isEmpty() ? text : text + ": " + note;
    }

    private static String lower(Part part) {
        return part.name().toLowerCase(java.util.Locale.ROOT);
    }
}
