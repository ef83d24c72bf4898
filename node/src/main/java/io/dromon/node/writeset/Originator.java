package io.dromon.node.writeset;

import java.util.UUID;

/**
 * The sender of a write-set (chapter 05 section 3.1).
 *
 * @param source the node
 * @param connection the application's connection; any number
 * @param transaction the application's transaction; any number but -1, which is for TOI
 */
public record Originator(UUID source, long connection, long transaction) {}
