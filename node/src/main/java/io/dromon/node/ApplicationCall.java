package io.dromon.node;

import java.time.Duration;

/**
 * A call that a node's application has not returned from.
 *
 * @param what what was given to it, for a sentence: "write-set 17", "a view", ...
 * @param since for how long
 */
public record ApplicationCall(String what, Duration since) {}
