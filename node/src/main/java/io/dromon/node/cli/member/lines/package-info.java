/**
 * The lines of {@code dromon node} as the state of its application: what was ordered, in files of the data directory, and what
 * of it was printed.
 *
 * <pre>
 *  deliver ──▶ LineState ──▶ LineStore   segments in DIR/lines, the truth
 *                   └──────▶ LinePrinter standard output, behind it
 * </pre>
 *
 * <h2>Files</h2>
 *
 * Segments named after the seqno behind which they begin, all numbers big-endian:
 *
 * <pre>
 *  0      8        12         28    36    40
 *  ┌──────┬────────┬──────────┬─────┬─────┐      ┌────────┬─────┬───────┬─────────┬──────┬──────┐
 *  │magic │version │ history  │base │ CRC │  ... │ length │ CRC │ seqno │ n: u16  │ name │ line │
 *  └──────┴────────┴──────────┴─────┴─────┘      └────────┴─────┴───────┴─────────┴──────┴──────┘
 *  of the segment                                 of a record; length and CRC-32C are of what follows them
 * </pre>
 *
 * The base of a segment is the last seqno of the one before it. What is read ends at the first record that is not whole, and at a
 * segment that does not fit the one before it: what follows is cut off before the next record is written. Nothing is synced to
 * disk unless a durability above {@code ordered} asks for it: what a crash of the machine takes is a part of the end, and comes
 * again from the other nodes. A snapshot is hard links to
 * segments that do not grow any more.
 *
 * <h2>What is printed</h2>
 *
 * Each line once, in the order of the seqnos, behind its record: {@code seqno TAB origin TAB line}. Where standard output is a
 * file with content, its last line tells what was printed before this start, and a line that a crash has torn is printed to its
 * end. So the outputs of all nodes, each appended to over all its starts, are equal. A pipe tells nothing: all that the files hold
 * counts as printed then.
 */
@NullMarked
package io.dromon.node.cli.member.lines;

import org.jspecify.annotations.NullMarked;
