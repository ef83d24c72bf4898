package io.dromon.node.cli.bench.replication;

/** The system that a benchmark measures: the member that runs in this process. */
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

    /** What the links have sent so far. */
    default Traffic traffic() {
        return new Traffic(0, 0);
    }

    /**
     * Bytes sent on all links together.
     *
     * @param messageBytes of the frames of the group's protocol
     * @param wireBytes what these became: less where links are compressed; without the framing of TLS and TCP
     */
    record Traffic(long messageBytes, long wireBytes) {}

    /** Its view of the cluster, for the text of a failure. */
    default String describe() {
        return transport();
    }
}
