package io.dromon.node.certification;

/** The answer of {@link KeysInFlight#claim}. */
public sealed interface ClaimResult permits Claim, Refusal {}
