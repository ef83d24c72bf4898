package io.dromon.node.admin.local;

import java.nio.file.Path;

/** The constants of the control socket's protocol, for both ends. */
public final class ControlSocket {
    /** File name of the socket in the data directory. */
    public static final String NAME = "dromon.sock";

    /** Longest request, bytes with the end of the line. */
    static final int LONGEST_REQUEST = 4096;
    /** Longest answer that a client reads. */
    static final int LONGEST_ANSWER = 16 << 20;
    /** What fits into an address of a Unix domain socket on Linux, bytes. */
    static final int LONGEST_PATH = 107;

    private ControlSocket() {}

    /** The socket of the node that keeps its state in a directory. */
    public static Path in(Path dataDirectory) {
        return dataDirectory.resolve(NAME);
    }
}
