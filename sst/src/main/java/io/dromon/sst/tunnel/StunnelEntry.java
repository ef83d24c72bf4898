package io.dromon.sst.tunnel;

/** A line of a file in stunnel's format: {@code key = value}. */
record StunnelEntry(String key, String value, int line) {}
