package io.dromon.node.writeset;

import io.dromon.transport.wire.Bytes;

/**
 * Key parts as they go to the wire, one after the other.
 *
 * @param format of each of them
 * @param bytes all of them
 * @param count how many
 */
record KeyParts(KeyFormat format, Bytes bytes, int count) {}
