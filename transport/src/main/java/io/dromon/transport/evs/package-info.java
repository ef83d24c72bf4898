/**
 * Extended virtual synchrony: a core without I/O (specification, chapter 02). {@link io.dromon.transport.evs.Evs} is the
 * way in: it takes datagrams and time, agrees with the others on views, and delivers messages in one total order, safely,
 * which is: when all members of the view have them.
 *
 * <p>The specification is {@code protocol/02-evs.md} of this module; its boxes say where Dromon differs.
 */
@NullMarked
package io.dromon.transport.evs;

import org.jspecify.annotations.NullMarked;
