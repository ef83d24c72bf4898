package io.dromon.node.bench;

/** What a benchmark measures: the member that runs in this process. */
public interface Replicator {
    /**
     * Sends the payload into the total order and returns when it came back in its place. Called by each writer's own
     * thread, one payload at a time.
     *
     * @param writer the number of the writer, from 0
     * @param payload the bytes; the callee must not change them and may keep them until it returns
     */
    void replicate(int writer, byte[] payload) throws Exception;

    /** How many payloads, of all members, were delivered here so far. */
    long delivered();

    /** What the links use, as {@code TLSv1.3 TLS_AES_128_GCM_SHA256}, or {@code plain}. */
    String transport();
}
