package io.dromon.transport.link;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Tells of a listening socket that it can take no connection: no file descriptor is free, say. Netty tries again each
 * second; one line a minute is told. Stands last in the socket's pipeline, behind what makes Netty wait.
 */
public final class AcceptFailures extends ChannelInboundHandlerAdapter {
    private final Consumer<String> tell;
    private final LineBudget budget = new LineBudget(1, Duration.ofMinutes(1));

    /** @param tell gets the sentence behind the name of the listener */
    public AcceptFailures(Consumer<String> tell) {
        this.tell = tell;
    }

    @Override
    @SuppressWarnings("deprecation") // deprecated in ChannelHandler only, not for inbound handlers
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (budget.room(System.nanoTime(), leftOut -> {})) {
            tell.accept("no connection can be taken for now: " + cause.getMessage()
                    + "; trying again each second. Where files are too many, raise the limit (ulimit -n)");
        }
    }
}
