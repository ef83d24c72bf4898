package io.dromon.it.sim.state;

import io.dromon.node.group.Ticket;
import java.util.UUID;

/**
 * A causal read of a process: who, which.
 *
 * @param history the one that its process was in when it asked
 * @param committed the last number of it that was committed on any node then, 0 without any
 */
record OwnRead(UUID author, long number, UUID history, long committed) implements Ticket.OfRead {}
