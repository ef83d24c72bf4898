package io.dromon.node.admin.http;

/** Bounds the bytes of bodies that are being received. On the event loop alone. */
final class Bodies {
    private int bytes;

    /** Whether there is room for so many more; they count then. */
    boolean take(int more) {
        if (bytes + more > Limits.ALL_BODIES_BYTES) {
            return false;
        }
        bytes += more;
        return true;
    }

    void giveBack(int taken) {
        bytes -= taken;
    }
}
