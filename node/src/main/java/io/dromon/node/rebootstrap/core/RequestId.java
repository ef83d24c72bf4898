package io.dromon.node.rebootstrap.core;

import java.util.UUID;

/**
 * The place of a request in the order of all requests of a procedure. A node refuses what is older than what it has acted
 * upon.
 *
 * @param run of the coordinator, counted by its journal
 * @param nonce drawn for that run: two copies of one journal do not take each other's place
 * @param number within the run
 */
public record RequestId(int run, UUID nonce, long number) {}
