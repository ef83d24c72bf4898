/** State transfers by the executable itself, with faults at random points. */
@NullMarked
package io.dromon.it.sst;

import org.jspecify.annotations.NullMarked;
