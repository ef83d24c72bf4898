/** The full mesh of links: a core without I/O (specification, chapter 01). */
@NullMarked
package io.dromon.transport.mesh;

import org.jspecify.annotations.NullMarked;
