package io.dromon.config;

/** The proof that a peer owes ({@code tls.verify}). */
public enum Verify {
    /** A certificate that chains to a trusted CA. */
    CA,
    /** That, and a match with at least one rule of identity. */
    IDENTITY
}
