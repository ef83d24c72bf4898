/**
 * The node's side of a re-bootstrap in a daemon: what {@link io.dromon.node.rebootstrap.core.Participant} has decided is
 * done to the node, and requests come in by its admin interface. {@link io.dromon.node.rebootstrap.member.NodePart} is the way
 * in.
 */
@NullMarked
package io.dromon.node.rebootstrap.member;

import org.jspecify.annotations.NullMarked;
