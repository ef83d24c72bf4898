/** Extended virtual synchrony: a core without I/O (specification, chapter 02). */
@NullMarked
package io.dromon.transport.evs;

import org.jspecify.annotations.NullMarked;
