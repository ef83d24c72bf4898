/** The primary component: a core without I/O (specification, chapter 03). */
@NullMarked
package io.dromon.transport.primary;

import org.jspecify.annotations.NullMarked;
