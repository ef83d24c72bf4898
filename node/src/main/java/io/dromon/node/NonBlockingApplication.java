package io.dromon.node;

/**
 * An application that never waits: it is called on the node's protocol thread, at the end of a turn, instead of on a thread
 * of its own. That spares each write-set the wake-up of another thread, which with few writers is most of the time that a
 * commit takes.
 *
 * <p>All that is said of {@link Application} holds, with these differences:
 *
 * <ul>
 *   <li>Every method returns within microseconds and waits for nothing: no file, no socket, no lock that another thread holds
 *       while it waits. The same goes for the continuations of all futures of the node ({@link Node#replicate}, {@link
 *       Node#sync}, {@link Node#room}): they run on the protocol thread as well, so hand on what takes longer
 *       ({@code thenAcceptAsync}). While it is held the node neither receives nor sends. It is held for 5 ms at
 *       most in a turn between two write-sets, and flow control counts what is left; but one call that does not return hangs
 *       the node, and after {@code evs.suspect_timeout} the others go on without it.
 *   <li>What asks the protocol thread cannot be called there and is an {@link IllegalStateException}: {@link Node#status},
 *       {@link Node#set}, {@link Node#reload}, {@link Node#relink}, {@link Node#restart}. {@link Node#replicate} and
 *       {@link Node#sync} can be called, their futures not waited for.
 * </ul>
 *
 * <p>It is for applications that keep what they need in memory, or hand it to a queue of their own. One that is a {@link
 * StatefulApplication}, which has snapshots to write and to read, or a {@link ParallelApplication}, which has threads, cannot
 * be one: a node refuses to start with it.
 */
public interface NonBlockingApplication extends Application {}
