package io.dromon.config;

/** The way in which the rules of identity that are set go together ({@code tls.match}). */
public enum Match {
    /** A peer matches at least one of them. */
    ANY,
    /** A peer matches each of them. */
    ALL
}
