package io.dromon.transport.mesh;

/**
 * The address of this node as peers are told.
 *
 * @param text {@code tcp://ip:port} or {@code ssl://ip:port}
 * @param scheme of this node and of all that it dials
 */
record OwnAddress(String text, String scheme) {
    static OwnAddress of(String text) {
        return new OwnAddress(
                text,
                PeerAddress.parse(text)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "listen address " + text + " is not tcp://ip:port or ssl://ip:port"))
                        .scheme());
    }
}
