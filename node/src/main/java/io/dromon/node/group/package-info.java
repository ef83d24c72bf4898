/**
 * The group layer (GCS): actions and their seqnos, fragments, state exchange, states of the members, state requests,
 * the commit cut, flow control and votes; a core without I/O. Specification: chapter 04.
 *
 * <p>{@link io.dromon.node.group.GroupCore} stands on the primary-component layer (views and messages in one total
 * order) and below the node's shell, which owns the threads and the application's queue.
 *
 * <p>The specification is {@code protocol/04-gcs.md} of this module; its boxes say where Dromon differs.
 */
@NullMarked
package io.dromon.node.group;

import org.jspecify.annotations.NullMarked;
