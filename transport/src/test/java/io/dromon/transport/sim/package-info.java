/**
 * The deterministic simulator: the real cores of several nodes under virtual time, a network that delays, cuts and
 * partitions, and checkers that know the rules of the protocol. Everything follows from one seed.
 */
@NullMarked
package io.dromon.transport.sim;

import org.jspecify.annotations.NullMarked;
