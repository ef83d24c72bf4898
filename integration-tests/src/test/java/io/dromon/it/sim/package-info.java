/** The whole protocol of several nodes under virtual time: the simulator of the transport with the group layer on it. */
@NullMarked
package io.dromon.it.sim;

import org.jspecify.annotations.NullMarked;
