/**
 * The transport of one node: mesh, extended virtual synchrony and primary component over links, put together in {@link
 * io.dromon.transport.GroupStack}.
 */
@NullMarked
package io.dromon.transport;

import org.jspecify.annotations.NullMarked;
