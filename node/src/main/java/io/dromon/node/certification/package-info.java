/**
 * Certification (chapter 05, section 7): the test that every member makes on every ordered write-set, with the same
 * verdict everywhere; a core without I/O, clock and threads.
 *
 * <p>{@link io.dromon.node.certification.Certification} is told everything in the total order: write-sets, configuration
 * changes, commit cuts, what a state transfer brings, and what the application has completed. It remembers for each key
 * and type the newest write-set that passed with it. A write-set fails if another node's write-set, which its originator
 * had not seen, has one of its keys in a type that does not go with its own:
 *
 * <pre>
 *  found \ new   SHARED   REFERENCE   UPDATE   EXCLUSIVE      C  conflict, if not seen and of another node or TOI,
 *  EXCLUSIVE       C          C          C         C             else dependency
 *  UPDATE          D          D          C         C          D  dependency: to be applied after it
 *  REFERENCE       -          -          D         C
 *  SHARED          -          -          D         D
 * </pre>
 *
 * <h2>Between transactions of one node</h2>
 *
 * Certification never fails a write-set because of an earlier one of its own node. {@link
 * io.dromon.node.certification.KeysInFlight} does that, before a write-set is sent: the first of them wins.
 *
 * <h2>What is equal on all members, and what is not</h2>
 *
 * Verdicts are equal. The dependency may differ, as a node forgets only what it has completed itself (section 7.9); {@link
 * io.dromon.node.certification.Certification#digest} chains verdicts alone, and {@link
 * io.dromon.node.certification.DigestComparison} finds members that differ.
 */
@NullMarked
package io.dromon.node.certification;

import org.jspecify.annotations.NullMarked;
