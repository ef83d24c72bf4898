/** Whole-system tests: simulation, real sockets, real peers. */
@NullMarked
package io.dromon.it;

import org.jspecify.annotations.NullMarked;
