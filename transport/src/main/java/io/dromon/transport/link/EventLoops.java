package io.dromon.transport.link;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ThreadFactory;

/** The protocol thread of a node. */
public final class EventLoops {
    private EventLoops() {}

    /**
     * One event loop on a thread of this name, on epoll where the system has it. The owner ends it with {@code
     * loop.parent().shutdownGracefully(...)}.
     */
    public static IoEventLoop create(String threadName) {
        return create(new DefaultThreadFactory(threadName), io());
    }

    static IoEventLoop create(ThreadFactory thread, IoHandlerFactory io) {
        return new MultiThreadIoEventLoopGroup(1, thread, io).next();
    }

    static IoHandlerFactory io() {
        return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    }

    /** Whether its sockets are epoll's. */
    static boolean isEpoll(IoEventLoop loop) {
        return loop.isIoType(EpollIoHandler.class);
    }
}
