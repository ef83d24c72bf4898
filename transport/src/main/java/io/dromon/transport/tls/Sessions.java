package io.dromon.transport.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.internal.tcnative.SSL;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * Makes sure that no TLS session is resumed, with either provider, in either role. A resumed session shows no
 * certificate, so that one that expired or was revoked meanwhile would be let in; a real node cannot resume one either
 * (specification, chapter 01 section 3.3). So nothing is offered (no ticket, no session number that is kept), and
 * nothing is accepted.
 */
final class Sessions {
    /** Read by the JDK when it makes a context; there is no such switch for a single one. */
    private static final String TICKETS_OF_THE_JDK = "jdk.tls.server.enableSessionTicketExtension";

    private Sessions() {}

    /** A context without tickets that hold the session themselves, and without a cache. */
    static SslContext build(SslContextBuilder builder, boolean boringSsl) throws SSLException {
        SslContext context = boringSsl ? builder.build() : withoutTicketsOfTheJdk(builder);
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setSessionCacheEnabled(false);
        }
        return context;
    }

    /**
     * The switch is one for the whole JVM: it is set for the moment in which the context is made. Another context that
     * is made in that moment keeps its sessions in its cache instead of in tickets, which its owner does not notice.
     */
    private static synchronized SslContext withoutTicketsOfTheJdk(SslContextBuilder builder) throws SSLException {
        String before = System.getProperty(TICKETS_OF_THE_JDK);
        System.setProperty(TICKETS_OF_THE_JDK, "false");
        try {
            return builder.build();
        } finally {
            if (before == null) {
                System.clearProperty(TICKETS_OF_THE_JDK);
            } else {
                System.setProperty(TICKETS_OF_THE_JDK, before);
            }
        }
    }

    /** A new engine that neither gives nor takes tickets: Netty turns them on in each one that may speak TLS 1.3. */
    static SSLEngine withoutTickets(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine openSsl) {
            SSL.setOptions(openSsl.sslPointer(), SSL.SSL_OP_NO_TICKET);
        }
        return engine;
    }

    /**
     * Takes the session that the JDK's engine is about to make out of what it may keep. Each handshake of either role
     * asks for a key or shows a certificate, so this is called before one is over.
     */
    static void forget(SSLEngine engine, boolean openSsl) {
        SSLSession session = openSsl ? null : engine.getHandshakeSession();
        if (session != null) {
            session.invalidate();
        }
    }
}
