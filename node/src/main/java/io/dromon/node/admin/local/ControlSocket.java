package io.dromon.node.admin.local;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** The file of the control socket. */
public final class ControlSocket {
    /** File name of the socket in the data directory. */
    public static final String NAME = "dromon.sock";

    /** What fits into an address of a Unix domain socket on Linux, bytes. */
    private static final int LONGEST_PATH = 107;

    private ControlSocket() {}

    /** The socket of the node that keeps its state in a directory. */
    public static Path in(Path dataDirectory) {
        return dataDirectory.resolve(NAME);
    }

    /**
     * Binds the socket in a directory. One that a dead process left behind is replaced.
     *
     * @throws IOException with the reason, if there can be no socket there
     */
    static ServerSocketChannel bind(Path dataDirectory) throws IOException {
        Path path = in(dataDirectory).toAbsolutePath();
        checkLength(path.resolveSibling("ctl-00000000000000000000").resolve("s"));
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && isAnswered(path)) {
            throw new IOException(path + " is answered already: another node runs in this data directory");
        }
        return bindAt(path);
    }

    private static void checkLength(Path path) throws IOException {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_PATH) {
            throw new IOException(path + " is too long for a Unix domain socket, " + length + " bytes, at most "
                    + LONGEST_PATH + " are possible; choose a shorter data directory");
        }
    }

    private static boolean isAnswered(Path path) {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            return false;
        }
    }

    /** Bound in a directory that no other user can enter and then moved: at no time can another user connect. */
    private static ServerSocketChannel bindAt(Path path) throws IOException {
        Path directory = path.getParent();
        if (directory == null) {
            throw new IOException(path + " has no directory");
        }
        Path closet = Files.createTempDirectory(
                directory, "ctl-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path fresh = closet.resolve("s");
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(fresh));
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return listener;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        } finally {
            Files.deleteIfExists(fresh);
            Files.deleteIfExists(closet);
        }
    }
}
