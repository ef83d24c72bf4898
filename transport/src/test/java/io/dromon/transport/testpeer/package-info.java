/** Fixtures that play bad peers: mutated input for decoders, scripted peers. */
@NullMarked
package io.dromon.transport.testpeer;

import org.jspecify.annotations.NullMarked;
