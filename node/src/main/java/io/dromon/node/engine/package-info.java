/**
 * What runs a node. {@link io.dromon.node.engine.NodeEngine} is its face, for any thread; below it:
 *
 * <ul>
 *   <li>{@link io.dromon.node.engine.NodeCore}: the protocol without I/O, for simulators too; {@code CoreStatus} and {@code
 *       CoreControls} are what it tells and what can be changed in it; {@code CertifiedOrder}, a part of it, is certification in
 *       its place between own write-sets, the group and the application;
 *   <li>{@code ProtocolLoop}: the protocol thread, which runs the core turn by turn; {@code NodeEffects} brings what the
 *       core tells to {@code Ordering} (what becomes of each event of the group), {@code GroupReactions} and {@code
 *       NodeLog};
 *   <li>{@code Submissions}: calls of any thread on their way to the protocol thread; {@code DeliveryStage}: the way from
 *       there to the application;
 *   <li>{@code FailureVote}: what the members say of a write-set at which the application failed;
 *   <li>{@code RunState} and {@code NodeEnd}: whether the node runs, and its end, however it comes;
 *   <li>{@link io.dromon.node.engine.UpkeepThread}: what happens beside the protocol ({@code StandstillLog}, {@code
 *       DynamicEnd}, results of a {@code Relinking});
 *   <li>{@code StatusFacts}: what the parts tell, and the status and the health that follow from it;
 *   <li>{@link io.dromon.node.engine.NodeSettings}, {@code RuntimeOptions}: the configuration in the words of each layer;
 *       {@link io.dromon.node.engine.NodeIdentity}, {@code DirectoryLock}: who the node is, and its data directory.
 * </ul>
 */
@NullMarked
package io.dromon.node.engine;

import org.jspecify.annotations.NullMarked;
