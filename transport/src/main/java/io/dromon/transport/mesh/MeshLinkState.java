package io.dromon.transport.mesh;

/** State of a link (chapter 01 section 6.2). */
public enum MeshLinkState {
    /** Accepted, HANDSHAKE sent: waits for HANDSHAKE_RESPONSE. */
    HANDSHAKE_SENT,
    /** Dialled: waits for the connection and for HANDSHAKE. */
    HANDSHAKE_WAIT,
    /** Dialled: waits for OK. */
    RESPONSE_SENT,
    /** Established. */
    OK,
    /** Over; the link is no longer listed. */
    FAILED;

    /** The table of legal transitions. */
    boolean canBecome(MeshLinkState next) {
        return switch (this) {
            case HANDSHAKE_SENT, RESPONSE_SENT -> next == OK || next == FAILED;
            case HANDSHAKE_WAIT -> next == RESPONSE_SENT || next == FAILED;
            case OK -> next == FAILED;
            case FAILED -> false;
        };
    }
}
