package io.dromon.config;

/** What a peer has to prove ({@code tls.verify}). */
public enum Verify {
    /** A certificate that chains to a trusted CA. */
    CA,
    /** That, and a match with at least one rule of identity. */
    IDENTITY
}
