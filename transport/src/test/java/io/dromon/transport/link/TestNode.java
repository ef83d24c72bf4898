package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** NettyLinks with an event loop of its own and a memory of its events. */
final class TestNode implements LinkEvents, AutoCloseable {
    /** What happened, in order. */
    record Event(String kind, long link, Object detail, long nanos) {}

    final IoEventLoop loop = EventLoops.create("test-node");
    final NettyLinks links;
    final String address;
    final List<Event> events = new CopyOnWriteArrayList<>();
    final List<Throwable> bugs = new CopyOnWriteArrayList<>();
    final AtomicInteger turns = new AtomicInteger();
    /** Runs on the loop for each message. */
    volatile Consumer<Event> onMessage = event -> {};

    volatile Consumer<Event> onAccepted = event -> {};
    volatile boolean recordMessages = true;

    private final Optional<TlsContexts> tls;

    /** @param tls becomes the node's: closed with it */
    TestNode(Optional<TlsContexts> tls, LinkSettings settings) throws Exception {
        this.tls = tls;
        links = new NettyLinks(loop, settings, tls, turns::incrementAndGet, bugs::add, System::nanoTime);
        address = links.listen();
        links.start(this);
    }

    static TestNode plain() throws Exception {
        return new TestNode(Optional.empty(), settings());
    }

    static TestNode tls(TlsContexts tls) throws Exception {
        return new TestNode(Optional.of(tls), settings());
    }

    /** Deadlines that a loaded machine does not reach. */
    static LinkSettings settings() {
        return defaults().withTimeouts(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20));
    }

    /** The deadlines of a real node. */
    static LinkSettings defaults() {
        return LinkSettings.at("tcp://127.0.0.1:0");
    }

    int port() {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    long dial(TestNode other) {
        return dial(other.address);
    }

    long dial(String to) {
        return on(() -> links.dial(to));
    }

    void send(long link, Encodable message) {
        loop.execute(() -> links.send(link, message));
    }

    <T> T on(java.util.concurrent.Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                result.complete(call.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result.join();
    }

    @Override
    public void onAccepted(long link, String scheme, String remoteIp, long nowNs) {
        Event event = add("accepted", link, scheme + " " + remoteIp);
        onAccepted.accept(event);
    }

    @Override
    public void onConnected(long link, long nowNs) {
        add("connected", link, "");
    }

    @Override
    public void onResolved(String name, List<String> numeric, long nowNs) {
        add("resolved", 0, numeric);
    }

    @Override
    public void onClosed(long link, LinkFailure failure, long nowNs) {
        add("closed", link, failure);
    }

    @Override
    public void onMessage(long link, Bytes message, long nowNs) {
        Event event = new Event("message", link, message, System.nanoTime());
        if (recordMessages) {
            events.add(event);
        }
        onMessage.accept(event);
    }

    private Event add(String kind, long link, Object detail) {
        Event event = new Event(kind, link, detail, System.nanoTime());
        events.add(event);
        return event;
    }

    /** The first event of the kind, waiting for it. */
    Event await(String kind) {
        return await(kind, 0, Duration.ofSeconds(10));
    }

    /** The event of the kind with this index. */
    Event await(String kind, int index, Duration limit) {
        try {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .atMost(limit)
                    .until(() -> all(kind).size() > index);
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError("no " + kind + " " + index + " within " + limit + " in " + events, e);
        }
        return all(kind).get(index);
    }

    LinkFailure failure() {
        return (LinkFailure) await("closed").detail();
    }

    List<Event> all(String kind) {
        return events.stream().filter(event -> event.kind().equals(kind)).toList();
    }

    long refused(Class<? extends LinkFailure> kind) {
        return links.refusedByKind().join().getOrDefault(kind.getSimpleName(), 0L);
    }

    void awaitRefused(Class<? extends LinkFailure> kind) {
        try {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> refused(kind) > 0);
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError(
                    "no " + kind.getSimpleName() + " in "
                            + links.refusedByKind().join() + ", events " + events,
                    e);
        }
    }

    @Override
    public void close() {
        links.stop().orTimeout(10, TimeUnit.SECONDS).join();
        Future<?> end = loop.parent().shutdownGracefully(0, 5, TimeUnit.SECONDS);
        assertThat(end.awaitUninterruptibly(10, TimeUnit.SECONDS)).isTrue();
        tls.ifPresent(TlsContexts::close);
        assertThat(bugs).isEmpty();
    }
}
