package io.dromon.node.admin.http;

import io.dromon.node.admin.api.AdminAnswer;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.nio.charset.StandardCharsets;

/** A client that gets events; one that does not take them in time is dropped. Any thread. */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel, which ends the feed
final class FeedClient implements AdminAnswer.Client {
    private final AdminServer server;
    private final Channel channel;

    FeedClient(AdminServer server, Channel channel) {
        this.server = server;
        this.channel = channel;
    }

    @Override
    public void send(String text) {
        server.onLoop(() -> {
            if (!channel.isWritable()) {
                channel.close();
                return;
            }
            channel.writeAndFlush(
                    new DefaultHttpContent(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8))));
        });
    }

    @Override
    public void end() {
        server.onLoop(() -> channel.close());
    }
}
