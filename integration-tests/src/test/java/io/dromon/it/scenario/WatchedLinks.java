package io.dromon.it.scenario;

import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The events of the links, with a look at the node after each message: what changes is told in the order in which it
 * changes.
 *
 * @param to the core
 * @param look called with the time
 */
record WatchedLinks(LinkEvents to, LongConsumer look) implements LinkEvents {
    @Override
    public void onAccepted(long link, String scheme, String remoteIp, long nowNs) {
        to.onAccepted(link, scheme, remoteIp, nowNs);
    }

    @Override
    public void onConnected(long link, long nowNs) {
        to.onConnected(link, nowNs);
    }

    @Override
    public void onClosed(long link, LinkFailure failure, long nowNs) {
        to.onClosed(link, failure, nowNs);
    }

    @Override
    public void onResolved(String address, List<String> numeric, long nowNs) {
        to.onResolved(address, numeric, nowNs);
    }

    @Override
    public void onMessage(long link, Bytes message, long nowNs) {
        to.onMessage(link, message, nowNs);
        look.accept(nowNs);
    }
}
