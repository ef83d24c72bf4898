package io.dromon.sst.channel;

import io.dromon.sst.TransferListener;
import io.dromon.sst.tunnel.Reasons;
import io.dromon.sst.tunnel.TunnelAddress;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.LinkFailure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells who was refused and why: one line a minute for an address and a reason, the rest are counted and told with the
 * next one. Safe for threads.
 */
public final class Refusals {
    private static final long INTERVAL_NS = 60_000_000_000L;
    private static final int REMEMBERED = 256;

    private final TransferListener listener;
    private final String ownTrust;
    private final Map<String, Told> told = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Told> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** When a line was told last, and how many like it came since. */
    private static final class Told {
        long atNs;
        long more;
    }

    /** @param own this end's, for what a peer that does not trust it should know */
    public Refusals(TransferListener listener, TlsContexts own) {
        this.listener = listener;
        this.ownTrust = own.trustText();
    }

    /** Why a connection ended early whose thread was stopped, or that took too long. */
    public static Exception unproven(Exception e) {
        return e instanceof SocketTimeoutException
                ? e
                : new IOException("others waited to be let in, and it had not proven anything yet", e);
    }

    /** A connection that proved nothing. */
    public void refused(InetSocketAddress peer, Throwable why) {
        String host = peer.getAddress().getHostAddress();
        String reason = reason(host, why);
        long more;
        synchronized (told) {
            Told before = told.get(host + reason);
            if (before != null && System.nanoTime() - before.atNs < INTERVAL_NS) {
                before.more++;
                return;
            }
            Told now = new Told();
            now.atNs = System.nanoTime();
            more = before == null ? 0 : before.more;
            told.put(host + reason, now);
        }
        listener.note(Reasons.whoRefused(TunnelAddress.of(peer).toString(), reason)
                + (more == 0 ? "" : " (" + more + " more like this since the last line)"));
    }

    private String reason(String host, Throwable why) {
        String prefix = host + ": ";
        return Reasons.SST
                .tls(host, why, ownTrust)
                .map(LinkFailure::message)
                .map(text -> text.startsWith(prefix) ? text.substring(prefix.length()) : text)
                .orElseGet(() -> String.valueOf(why.getMessage()));
    }
}
