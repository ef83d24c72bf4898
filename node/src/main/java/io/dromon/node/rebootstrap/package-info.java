/**
 * The files of a re-bootstrap: the coordinator's journal, and what a node keeps of the procedure. What is decided is in
 * {@link io.dromon.node.rebootstrap.core}.
 */
@NullMarked
package io.dromon.node.rebootstrap;

import org.jspecify.annotations.NullMarked;
