package io.dromon.transport.mesh;

import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.TransportNews;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tells the news of links, and remembers why peers could not be joined. */
final class LinkNews {
    private static final int MAX_REFUSALS = 16;

    private final TransportNews news;
    private final Map<String, LinkFailure> refusals = new LinkedHashMap<>();
    private long established;

    LinkNews(TransportNews news) {
        this.news = news;
    }

    /** By address: the answer to "why is there no primary component". */
    Map<String, LinkFailure> refusals() {
        return refusals;
    }

    /** Links that were established so far. */
    long established() {
        return established;
    }

    void onLinkUp(long link, UUID peer, String address) {
        established++;
        refusals.remove(address);
        news.onLinkUp(link, peer, address);
    }

    void onLinkDown(long link, UUID peer, String address, LinkFailure failure) {
        news.onLinkDown(link, peer, address, failure);
    }

    void onRefused(String address, LinkFailure failure) {
        if (refusals.size() < MAX_REFUSALS || refusals.containsKey(address)) {
            refusals.put(address, failure);
        }
        news.onRefused(address, failure);
    }

    void onRelinked(int relinked, @Nullable LinkFailure failure) {
        news.onRelinked(relinked, failure);
    }

    void onNotice(String text) {
        news.onNotice(text);
    }
}
