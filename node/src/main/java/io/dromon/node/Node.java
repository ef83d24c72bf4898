package io.dromon.node;

import io.dromon.config.NodeConfig;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A member of a Galera cluster inside this JVM: replicates write-sets in the cluster's one order and gives every
 * write-set of that order to the {@link Application}.
 *
 * <pre>{@code
 * NodeConfig config = NodeConfig.builder()
 *         .group("orders").name("node1").address("gcomm://10.0.0.2,10.0.0.3").build();
 * try (Node node = Node.join(config, delivery -> System.out.println(delivery.seqno()))) {
 *     Committed done = node.replicate(WriteSet.of(bytes)).join();
 * }
 * }</pre>
 *
 * <p>Threads: one protocol thread (a Netty event loop that owns sockets, TLS and all protocol state) and one delivery
 * thread (the application and the continuations of {@link #replicate}'s futures; for a {@link NonBlockingApplication} the
 * protocol thread is that one too); where a {@link Durability} above {@code
 * ORDERED} was asked for also the durability thread, which calls {@link DurableApplication#persist}. All methods may be called from any
 * thread. What the delivery thread completes it cannot wait for: {@code replicate(...).join()} within {@link
 * Application#deliver} is an {@link IllegalStateException}; and there {@link #leave} and {@link #close} return at once,
 * the end follows with {@link Application#onStopped}.
 *
 * <p>Each node needs a data directory of its own, also within one JVM: a second node of a directory is refused.
 */
public interface Node extends AutoCloseable {
    /**
     * Starts a node and returns at once; {@link #synced} tells when it is a full member.
     *
     * @throws NodeException if the configuration, a file it names, the data directory or the listen address cannot be used
     */
    static Node start(NodeConfig config, Application application) {
        Objects.requireNonNull(config, "config");
        Objects.requireNonNull(application, "application");
        return NodeProviders.find(Node.class.getClassLoader()).start(config, application);
    }

    /**
     * Starts a node and waits until it is SYNCED.
     *
     * @throws NodeException if it cannot be started, or ends before it is synced: no primary component within {@code
     *     pc.wait_prim_timeout} (the message says what each peer answered), refused by the group
     */
    static Node join(NodeConfig config, Application application) {
        Node node = start(config, application);
        try {
            node.synced().get();
            return node;
        } catch (ExecutionException e) {
            node.close();
            throw e.getCause() instanceof NodeException failure
                    ? failure
                    : new NodeException(NodeException.Reason.PROTOCOL, "joining failed", e);
        } catch (InterruptedException e) {
            node.close();
            Thread.currentThread().interrupt();
            throw new NodeException(NodeException.Reason.CLOSED, "interrupted while joining", e);
        }
    }

    /**
     * Done when the node is SYNCED for the first time since its last start; fails with a {@link NodeException} if it ends
     * before. While the node is being restarted it is that of the next start.
     */
    CompletableFuture<Void> synced();

    /**
     * Replicates a write-set. The future completes, on the delivery thread, with its number once every member of the
     * primary component holds it and this node's application was given it; it fails with a {@link NodeException} whose
     * {@link NodeException#reason reason} says why it has no number. It always ends: when the primary component is
     * lost, when the node leaves or fails, it fails (on the caller's thread what is refused at once). After the node has
     * failed it fails with that reason and cause.
     */
    CompletableFuture<Committed> replicate(WriteSet change);

    /**
     * Replicates a write-set as {@link #replicate(WriteSet)} does, which takes the level of the option {@code
     * node.durability}. The future completes, on the delivery thread, when this level is reached; those of one level complete
     * in the order of their numbers. It always ends, at other levels than {@code ORDERED} also with {@link
     * NodeException.Reason#DURABILITY_UNKNOWN}: the write-set has its number and is applied, and the node has ended, or at
     * {@code MAJORITY} has lost the primary component, before it was known to be durable.
     *
     * <p>It is refused at once with {@link NodeException.Reason#DURABILITY_UNAVAILABLE} where the level cannot be reached:
     * the application is no {@link DurableApplication}, or the members that can sync hold half of the weight at most.
     */
    CompletableFuture<Committed> replicate(WriteSet change, Durability durability);

    /**
     * Done, on the delivery thread, as soon as at most half of {@code node.send_queue_bytes} waits to be sent: what to wait
     * for after {@link NodeException.Reason#BUSY}. Another writer may be quicker, so that {@link #replicate} can be {@code
     * BUSY} again. It fails with a {@link NodeException} when the node ends.
     */
    CompletableFuture<Void> room();

    /**
     * A causal read: the future completes, on the delivery thread, when the application was given everything that the
     * cluster had ordered when this was called, with the last number. What was committed on any node before the call can
     * be read here then. It costs no message of its own, save one at most every {@code evs.causal_keepalive_period}. It
     * fails with a {@link NodeException} outside of the primary component, and after {@code repl.causal_read_timeout}
     * (then on a thread of the JDK).
     */
    CompletableFuture<Long> sync();

    /** Own UUID in the group. */
    UUID uuid();

    /** The address the node listens on, {@code tcp://ip:port} or {@code ssl://ip:port}. */
    String listenAddress();

    /**
     * Whether the node still runs. False once it has left or failed, though the application may not have been told yet,
     * if it has not returned.
     */
    boolean isOpen();

    /**
     * A snapshot of the node's state, its links and its flow control.
     *
     * @throws NodeException if the protocol thread does not answer
     */
    NodeStatus status();

    /**
     * Changes an option of the running node.
     *
     * @throws io.dromon.config.ConfigException if there is no such option, it cannot be changed at run time, or the
     *     value is out of range
     * @throws NodeException if the group does not allow it now (a weight outside of the primary component, say)
     */
    void set(String option, String value);

    /**
     * Reads certificate, key and CA files again, as {@code socket.ssl_reload} does. New links use them; open ones stay as
     * they are until {@link #relink}.
     *
     * @return one line that says what is used now
     * @throws NodeException with everything that is wrong with the files: what was used before stays in use
     */
    String reload();

    /**
     * Relinks all links, one at a time, without a view change: after a {@link #reload}, so that open links use the new
     * certificate and trust as well.
     *
     * @return the number of links; fails with a {@link NodeException} if a peer refuses the new link
     *     (the old one stays, and so do the rest)
     */
    CompletableFuture<Integer> relink();

    /**
     * Leaves the group, and joins one again with changed options: the same object, with the application and its state left
     * open. For what cannot be changed while a node runs: TLS, addresses, the cluster's address, a new cluster. Returns
     * when the node has started again, as {@link #start}; {@link #synced} tells when it is a full member.
     *
     * <p>Before anything is left, the options and the files they name are checked. The application is not told {@link
     * Application#onStopped}; it sees {@link NodeState#CLOSED}, and then the states of a start. A {@link
     * StatefulApplication} is asked for its position again, and given what it misses; to another one the numbers that it missed are
     * told. The node's UUID is a new one, its data directory stays its own all the time.
     *
     * <p>What was asked for before ends as by {@link #leave}; what is asked for meanwhile fails with {@link
     * NodeException.Reason#RESTARTING}. {@link #leave} ends a restart with the node. An application that does not return
     * from its last call, or from {@link DurableApplication#persist}, holds the restart up. If that one fails, so does the restart,
     * and the node has ended.
     *
     * @param options changed ones by name, over those of the start and what was {@link #set} since; an empty text takes one
     *     back. Option files are not read again
     * @throws io.dromon.config.ConfigException with all problems of the options; the node goes on as it was
     * @throws NodeException {@code CONFIGURATION}, if a file cannot be used or the options would make a second cluster: the node
     *     goes on as it was; {@code RESTARTING}, if it is being restarted already; what stopped it, if it has ended or
     *     could not start again: it has failed then, and is not open
     * @throws IllegalStateException on a thread of the node
     */
    void restart(Map<String, String> options);

    /**
     * Leaves the group gracefully and waits for the end: {@code pc.linger} at most, five seconds for an application
     * that does not return, and five for a {@link DurableApplication#persist} that does not. On the delivery thread and the
     * durability thread it returns at once. If the last sync fails, {@link Application#onStopped} is told so. Further calls do nothing.
     */
    void leave();

    /** The same as {@link #leave}. */
    @Override
    default void close() {
        leave();
    }
}
