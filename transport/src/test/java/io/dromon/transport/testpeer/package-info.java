/** Fixtures that play bad peers and bad networks: mutated input for decoders, scripted peers, the faulty wire. */
@NullMarked
package io.dromon.transport.testpeer;

import org.jspecify.annotations.NullMarked;
