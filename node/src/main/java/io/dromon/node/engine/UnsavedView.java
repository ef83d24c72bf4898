package io.dromon.node.engine;

/**
 * The reason why the last primary view of a node is not on its disk.
 *
 * @param problem what was tried, what was seen, what to do
 * @param stale whether an older one still stands there, which must not be used
 */
record UnsavedView(String problem, boolean stale) {}
