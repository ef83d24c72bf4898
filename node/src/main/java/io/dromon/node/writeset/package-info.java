/**
 * The codec of write-sets (chapter 05, sections 2 to 6 and 9): the content of a WRITESET action. A core without I/O,
 * clock and threads. {@code protocol/05-write-sets-and-certification.md} of this module is the specification.
 *
 * <pre>
 *  offset 0        64                                                            multiple of 8
 *  | header        | key set       | data set      | unordered set | annotation set |
 *  | who, flags,   | the keys'     | the bytes of  | delivered out | for logs       |
 *  | last_seen     | hashes, types | the writer    | of the order  |                |
 * </pre>
 *
 * <h2>Sending</h2>
 *
 * {@link io.dromon.node.writeset.WriteSetBuilder} collects keys and data and lays out everything behind the header in one
 * array: the one copy of the data. {@link io.dromon.node.writeset.UnsentWriteSet#seal} writes the header in front of it
 * for each attempt to send.
 *
 * <h2>Receiving</h2>
 *
 * {@link io.dromon.node.writeset.ReceivedWriteSet#decode} checks every length, count, range and checksum once; what it
 * returns reads fields and keys in place. {@link io.dromon.node.writeset.KeyCursor} walks over the keys without garbage.
 *
 * <p>A key is a path, {@code accounts / 42}. On the wire it is one <em>key part</em> for each prefix of the path: the
 * whole path with the key's type, each shorter one (a branch) with the type REFERENCE. A part is a hash of 59 or 123
 * bits and a type. Sent are protocols 10 and 11 (write-set versions 5 and 6); versions 3 and 4 are read where they use
 * the record sets of protocol 8 and later.
 */
@NullMarked
package io.dromon.node.writeset;

import org.jspecify.annotations.NullMarked;
