package io.dromon.node.rebootstrap.core;

import java.util.UUID;

/**
 * The permit to make the component anew: for one node, at one position, in one run of one procedure, once.
 *
 * @param id of this token; the nodes that join the component which it began name it as their round
 * @param run of the coordinator; a later run makes it void
 * @param history never nil
 * @param seqno where the state of that node ends
 * @param expiresAtMs by the clock of that node, milliseconds since 1970
 */
public record Token(UUID id, UUID procedure, int run, UUID history, long seqno, String node, long expiresAtMs) {}
