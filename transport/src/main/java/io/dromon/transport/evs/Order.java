package io.dromon.transport.evs;

/** Order that a message is delivered in; the ordinal is the value on the wire (chapter 02 section 1.1). */
public enum Order {
    DROP,
    UNRELIABLE,
    FIFO,
    AGREED,
    SAFE
}
