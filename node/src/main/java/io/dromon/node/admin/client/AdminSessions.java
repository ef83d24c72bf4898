package io.dromon.node.admin.client;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** Sessions with several nodes, on one thread. Close it behind the last of them. Any thread. */
@SuppressWarnings("FutureReturnValueIgnored") // a daemon thread: nobody waits for its end
public final class AdminSessions implements AutoCloseable {
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("dromon-admin-sessions", true), NioIoHandler.newFactory());

    /** A session with the node that the client asks; nothing is connected yet. */
    public AdminSession with(AdminClient client) {
        return new AdminSession(client.door(), loop);
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
