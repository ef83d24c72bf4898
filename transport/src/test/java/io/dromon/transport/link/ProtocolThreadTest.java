package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.Native;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.unix.FileDescriptor;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop that dies of an error which Netty does not survive. */
@Tag("sockets")
@Timeout(60)
final class ProtocolThreadTest {
    private final AtomicBoolean outOfMemory = new AtomicBoolean();
    private final List<String> deaths = new CopyOnWriteArrayList<>();
    private final List<Throwable> bugs = new CopyOnWriteArrayList<>();

    @Test
    void closesAllSocketsWithItsLastAct() throws Exception {
        closesAllSockets(new ProtocolThread(
                "dying", executor -> new Failing(NioIoHandler.newFactory().newHandler(executor))));
    }

    @Test
    void closesTheSocketsOfEpollToo() throws Exception {
        assumeThat(Epoll.isAvailable()).isTrue();
        ProtocolThread thread = new ProtocolThread("dying", EpollIoHandler.newFactory());
        FileDescriptor bell = Native.newEventFd();
        thread.loop
                .register(new EpollIoHandle() {
                    @Override
                    public FileDescriptor fd() {
                        return bell;
                    }

                    @Override
                    public void handle(IoRegistration registration, IoEvent event) {
                        throw new OutOfMemoryError("made up");
                    }

                    @Override
                    public void close() {}
                })
                .get()
                .submit(EpollIoOps.EPOLLIN);
        closesAllSockets(thread, () -> Native.eventFdWrite(bell.intValue(), 1));
    }

    private void closesAllSockets(ProtocolThread thread) throws Exception {
        // On the thread itself: it may wake by itself, and takes nothing once it is dead.
        closesAllSockets(thread, () -> thread.execute(() -> outOfMemory.set(true)));
    }

    private void closesAllSockets(ProtocolThread thread, Runnable kill) throws Exception {
        NettyLinks links = thread.links(TestNode.settings(), Optional.empty(), () -> {}, bugs::add);
        thread.onDeath(() -> {
            links.closeByForce();
            deaths.add(Thread.currentThread().getName());
        });
        String address = links.listen();
        links.start(new Events());
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), port)) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !links.status().join().isEmpty());

            kill.run();

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(deaths).containsExactly("dying"));
            peer.setSoTimeout(5_000);
            assertThat(endOf(peer)).isTrue();
        }
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .hasMessageContaining("refused");
        assertThatThrownBy(() -> thread.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    private static boolean endOf(Socket peer) throws Exception {
        try {
            byte[] bytes = new byte[1024];
            while (peer.getInputStream().read(bytes) >= 0) {
                assertThat(bytes).isNotNull();
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (java.io.IOException e) {
            return true; // reset
        }
    }

    @Test
    void doesNothingWhenItEndsAsItWasAskedTo() {
        ProtocolThread thread = new ProtocolThread("ending", EventLoops.io());
        thread.onDeath(() -> deaths.add("died"));

        thread.end();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(other -> other.getName().equals("ending")));
        assertThat(deaths).isEmpty();
    }

    private static final class Events implements LinkEvents {
        @Override
        public void onAccepted(long link, String scheme, String remoteIp, long nowNs) {}

        @Override
        public void onResolved(String name, List<String> addresses, long nowNs) {}

        @Override
        public void onConnected(long link, long nowNs) {}

        @Override
        public void onClosed(long link, LinkFailure failure, long nowNs) {}

        @Override
        public void onMessage(long link, Bytes message, long nowNs) {}
    }

    /** Throws out of the loop itself, where no handler catches it. */
    private final class Failing implements IoHandler {
        private final IoHandler inner;

        Failing(IoHandler inner) {
            this.inner = inner;
        }

        @Override
        public void initialize() {
            inner.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            if (outOfMemory.get()) {
                throw new OutOfMemoryError("made up");
            }
            return inner.run(context);
        }

        @Override
        public void prepareToDestroy() {
            inner.prepareToDestroy();
        }

        @Override
        public void destroy() {
            inner.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return inner.register(handle);
        }

        @Override
        public void wakeup() {
            inner.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return inner.isCompatible(handleType);
        }
    }
}
