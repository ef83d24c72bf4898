/**
 * Real processes as members of the same cluster: garbd, mariadbd, openssl, and Dromon's own executable.
 *
 * <p>Each wrapper owns a directory of its own, takes its ports from the system, keeps the process' output, and ends
 * only the process that it started. {@link io.dromon.it.peers.Peers} says what happens where a program is missing.
 */
@NullMarked
package io.dromon.it.peers;

import org.jspecify.annotations.NullMarked;
